/**
 * API keys of the organisations one administers.
 * @module
 */
import { orgId } from '../../core/ids.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

export function keyRoutes({ services: { orgs } }: RouteContext): SomeHandlers<'GET /keys' | 'POST /keys' | 'DELETE /keys/:id'> {
  return {
    'GET /keys': async ({ viewer }) => ({ keys: await orgs.keys.list(viewer) }),
    'POST /keys': ({ viewer, body }) => orgs.keys.create(viewer, { role: body.role, ...(body.org === undefined ? {} : { org: orgId(body.org) }) }),
    'DELETE /keys/:id': ({ viewer, params }) => orgs.keys.revoke(viewer, params.id),
  };
}
