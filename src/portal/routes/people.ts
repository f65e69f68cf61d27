/**
 * People of the organisations one administers. Adding one gives a link that works once, to be handed over by other means.
 * @module
 */
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

export function peopleRoutes({ services: { orgs } }: RouteContext): SomeHandlers<'GET /people' | 'POST /people' | 'DELETE /people/:id'> {
  return {
    'GET /people': async ({ viewer }) => ({ people: await orgs.people.list(viewer) }),
    async 'POST /people'({ viewer, body }) {
      const language = await orgs.settings.get('people.language', viewer.orgs[0]) === 'ja' ? 'ja' : 'en';
      const { id, token } = await orgs.people.invite(viewer, { ...body, language });
      // After '#', so that it reaches neither a server's log nor a referrer.
      return { id, link: `/sign-in#token=${token}` };
    },
    'DELETE /people/:id': ({ viewer, params }) => orgs.people.remove(viewer, params.id),
  };
}
