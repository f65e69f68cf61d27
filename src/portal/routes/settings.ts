/**
 * Settings in force in the current organisation.
 * @module
 */
import { DEFAULT_ORG } from '../../core/ids.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

export function settingRoutes({ services: { orgs }, streams }: RouteContext): SomeHandlers<'GET /settings' | 'PUT /settings/:key'> {
  return {
    'GET /settings': async ({ viewer }) => ({ settings: await orgs.settings.list(viewer.orgs[0] ?? DEFAULT_ORG) }),
    async 'PUT /settings/:key'({ viewer, params, body }) {
      await orgs.settings.set(viewer, params.key, body.value);
      streams.tellChanged(viewer.orgs, 'settings');
      return { settings: await orgs.settings.list(viewer.orgs[0] ?? DEFAULT_ORG) };
    },
  };
}
