/**
 * Where observations come from: uploads, interfaces, replays; each starts a job that can be watched and cancelled.
 * @module
 */
import { Readable } from 'node:stream';
import { OperatorError } from '../../core/errors.ts';
import { sensorId, splitSensorId, type OrgId } from '../../core/ids.ts';
import { requireCidr } from '../../core/address.ts';
import type { Viewer } from '../../observations/contract.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

/** Most bytes of one upload; larger files are read with the command. */
const MOST_UPLOAD_BYTES = 64 * 2 ** 30;

export function sourceRoutes({ services: { jobs, orgs } }: RouteContext): SomeHandlers<'GET /sources/interfaces' | 'POST /sources/listen' | 'POST /sources/replay' | 'POST /sources/upload' | 'DELETE /sources/jobs/:id'> {
  /** The organisation that the job writes to: one in which the asker has the role. */
  function ownSensor(viewer: Viewer, text: string): { id: string; org: OrgId } {
    const id = sensorId(text, viewer.orgs[0]);
    const { org } = splitSensorId(id);
    if (!viewer.orgs.includes(org)) throw new OperatorError('unknown-org', { name: org });
    return { id, org };
  }
  const audited = (viewer: Viewer, org: OrgId, action: string, subject: string, detail: string): Promise<void> => orgs.audit.append({ org, person: viewer.person, action, subject, detail });

  return {
    'GET /sources/interfaces': () => jobs.interfaces(),

    async 'POST /sources/listen'({ viewer, body }) {
      const { id, org } = ownSensor(viewer, body.sensor);
      for (const region of body.regions) requireCidr(region);
      const job = await jobs.listen(viewer, { ...body, sensor: id });
      await audited(viewer, org, 'source.listen', id, body.interface);
      return job;
    },

    async 'POST /sources/replay'({ viewer, body }) {
      const job = await jobs.replay(viewer, body);
      await audited(viewer, viewer.orgs[0] as OrgId, 'source.replay', body.scenario, `seed ${body.seed}, ${body.speed} times as fast`);
      return job;
    },

    async 'POST /sources/upload'({ viewer, query, body, request }) {
      const stream: unknown = body ?? request.body;
      if (!(stream instanceof Readable)) throw new OperatorError('request', { message: 'the body is the file itself, as application/octet-stream' });
      const { id, org } = ownSensor(viewer, query.sensor);
      await audited(viewer, org, 'source.upload', id, query.name);
      return jobs.read(viewer, { stream: bounded(stream, MOST_UPLOAD_BYTES), name: query.name, sensor: id, as: query.as });
    },

    async 'DELETE /sources/jobs/:id'({ viewer, params }) {
      const found = jobs.list(viewer).find((job) => job.id === params.id);
      if (!found) throw new OperatorError('unknown-job', { id: params.id.slice(0, 64) });
      await jobs.cancel(viewer, params.id);
      await audited(viewer, viewer.orgs[0] as OrgId, 'source.cancel', params.id, found.label);
    },
  };
}

async function* bounded(stream: Readable, most: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    if (total > most) throw new OperatorError('too-large');
    yield chunk;
  }
}
