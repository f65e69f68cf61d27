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

export function sourceRoutes({ services: { jobs, live, orgs } }: RouteContext): SomeHandlers<'GET /sources/interfaces' | 'POST /sources/listen' | 'POST /sources/replay' | 'POST /sources/upload' | 'DELETE /sources/jobs/:id'> {
  /** The organisation that the job writes to: one in which the asker has the role. */
  function ownSensor(viewer: Viewer, text: string): { id: string; org: OrgId } {
    const id = sensorId(text, viewer.orgs[0]);
    const { org } = splitSensorId(id);
    if (!viewer.orgs.includes(org)) throw new OperatorError('unknown-org', { name: org });
    return { id, org };
  }
  const audited = (viewer: Viewer, org: OrgId, action: string, subject: string, detail: string): Promise<void> => orgs.audit.append({ org, person: viewer.person, action, subject, detail });

  function ended(viewer: Viewer, id: string): { done: Promise<void>; stop: () => void } {
    let stop = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      stop = live.subscribe(viewer, (event, data) => { if (event === 'job' && (data as { id: string }).id === id && (data as { state: string }).state !== 'running') resolve(); });
      if (jobs.list(viewer).find((job) => job.id === id)?.state !== 'running') resolve();
    });
    return { done, stop };
  }

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

    async 'POST /sources/upload'({ viewer, query, request, reply }) {
      const stream: unknown = request.body;
      if (!(stream instanceof Readable)) throw new OperatorError('request', { message: 'the body is the file itself, as application/octet-stream' });
      const { id, org } = ownSensor(viewer, query.sensor);
      await audited(viewer, org, 'source.upload', id, query.name);
      const upload = bounded(stream, MOST_UPLOAD_BYTES);
      const job = await jobs.read(viewer, { stream: upload.chunks, name: query.name, sensor: id, as: query.as });
      // The answer waits until the body is in (or nobody reads on), so that the sender's progress is the truth.
      const over = ended(viewer, job.id);
      await Promise.race([upload.left, over.done]);
      over.stop();
      if (!stream.readableEnded) reply.header('connection', 'close');
      return job;
    },

    async 'DELETE /sources/jobs/:id'({ viewer, params }) {
      const found = jobs.list(viewer).find((job) => job.id === params.id);
      if (!found) throw new OperatorError('unknown-job', { id: params.id.slice(0, 64) });
      await jobs.cancel(viewer, params.id);
      await audited(viewer, viewer.orgs[0] as OrgId, 'source.cancel', params.id, found.label);
    },
  };
}

/** The stream with its size bounded; `left` resolves when nobody reads it any more. The connection stays, for the answer. */
function bounded(stream: Readable, most: number): { chunks: AsyncIterable<Uint8Array>; left: Promise<void> } {
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => { leave = resolve; });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let total = 0;
    try {
      for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
        total += chunk.length;
        if (total > most) throw new OperatorError('too-large');
        yield chunk;
      }
    } finally { leave(); }
  }
  return { chunks: chunks(), left };
}
