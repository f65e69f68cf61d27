/**
 * Saved questions.
 * @module
 */
import { parseQuery } from '../../observations/query/parser.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

export function viewRoutes({ services: { orgs, clock }, streams }: RouteContext): SomeHandlers<'GET /views' | 'POST /views' | 'DELETE /views/:id'> {
  return {
    'GET /views': async ({ viewer }) => ({ views: await orgs.views.list(viewer) }),
    async 'POST /views'({ viewer, body }) {
      parseQuery(body.query, { nowUs: clock.nowUs() });
      await orgs.views.save(viewer, body);
      streams.tellChanged(viewer.orgs.slice(0, 1), 'views');
      return { views: await orgs.views.list(viewer) };
    },
    async 'DELETE /views/:id'({ viewer, params }) {
      await orgs.views.remove(viewer, params.id);
      streams.tellChanged(viewer.orgs, 'views');
    },
  };
}
