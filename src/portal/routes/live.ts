/**
 * The event stream of one viewer.
 * @module
 */
import type { OutgoingHttpHeaders } from 'node:http';
import { viewerOf } from '../../orgs/access.ts';
import { securityHeaders } from '../guard.ts';
import { STREAMED, type SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

export function liveRoutes({ streams, setup, recognise }: RouteContext): SomeHandlers<'GET /live'> {
  return {
    async 'GET /live'({ viewer, request, reply }) {
      const orgs = viewer.orgs.join(' ');
      const still = async (): Promise<boolean> => {
        const principal = await recognise(request);
        const now = principal && viewerOf(principal, 'viewer');
        return now !== null && now.orgs.join(' ') === orgs;
      };
      const headers: Record<string, string> = securityHeaders(setup()) satisfies OutgoingHttpHeaders;
      streams.open(viewer, reply.raw, headers, still);
      reply.hijack();
      return STREAMED;
    },
  };
}
