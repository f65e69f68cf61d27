/**
 * The event stream: counters once a second, findings at once, jobs and changes as they come, to one signed-in viewer.
 *
 * In: what `Live.subscribe` tells of the viewer's organisations. Out: `text/event-stream` (WHATWG HTML, section 9.2).
 * A slow reader gets no counters until it has caught up; one that leaves MOST_WAITING bytes unread is cut off: its browser comes
 * back and asks anew. At every heartbeat the credentials are looked at again, so a revoked key or an ended session ends its stream.
 * @module
 */
import type { ServerResponse } from 'node:http';
import { OperatorError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { OrgId } from '../core/ids.ts';
import type { Viewer } from '../observations/contract.ts';
import type { liveEvents } from './api.ts';
import type { TellChanged } from './handlers.ts';
import type { Live } from './services.ts';

export const HEARTBEAT_MS = 15_000;
const COUNTERS_MS = 1_000;
const MOST_WAITING = 4 << 20;
/** Open streams of the process, and of one person. */
const MOST_STREAMS = 1_000, MOST_EACH = 32;

export interface LiveStreams {
  /** Takes the response over until either side ends it. `still` says whether the viewer may go on. */
  open(viewer: Viewer, response: ServerResponse, headers: Readonly<Record<string, string>>, still: () => Promise<boolean>): void;
  readonly tellChanged: TellChanged;
  closeAll(): void;
}

interface Stream { readonly viewer: Viewer; send(event: keyof typeof liveEvents, data: unknown): void; close(): void }

export function liveStreams(live: Live, clock: Clock): LiveStreams {
  const streams = new Set<Stream>();
  return {
    open(viewer, response, headers, still) {
      const mine = [...streams].filter((s) => s.viewer.person === viewer.person).length;
      if (streams.size >= MOST_STREAMS || mine >= MOST_EACH) throw new OperatorError('too-many');
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
      const write = (text: string): void => {
        if (response.writableLength > MOST_WAITING) { stream.close(); return; }
        response.write(text);
      };
      const stream: Stream = {
        viewer,
        send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        close() {
          if (!streams.delete(stream)) return;
          for (const stop of stops) stop();
          response.end();
        },
      };
      const counters = (): void => { if (!response.writableNeedDrain) stream.send('counters', live.counters(viewer)); };
      const stops = [
        live.subscribe(viewer, (event, data) => { if (event !== 'counters') stream.send(event, data); }),
        clock.every(COUNTERS_MS, counters, true),
        clock.every(HEARTBEAT_MS, () => {
          write(': still here\n\n');
          still().then((yes) => { if (!yes) stream.close(); }, () => stream.close());
        }, true),
      ];
      streams.add(stream);
      response.on('close', () => stream.close());
      response.on('error', () => stream.close());
      write('retry: 2000\n\n');
      counters();
    },
    tellChanged(orgs: readonly OrgId[], what) {
      for (const stream of streams) if (stream.viewer.orgs.some((org) => orgs.includes(org))) stream.send('changed', { what });
    },
    closeAll() { for (const stream of streams) stream.close(); },
  };
}
