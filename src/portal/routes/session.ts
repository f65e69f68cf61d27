/**
 * Signing in and out, and who I am.
 * @module
 */
import type { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import type { Principal } from '../../orgs/access.ts';
import type { Session } from '../../orgs/sign-in.ts';
import type { me } from '../api.ts';
import type { Asked, SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

export function sessionRoutes({ services, ranges }: RouteContext): SomeHandlers<'GET /me' | 'POST /session/link' | 'POST /session' | 'DELETE /session' | 'PUT /me/password' | 'PATCH /me'> {
  const { orgs, clock } = services;

  async function describe(principal: Principal): Promise<z.infer<typeof me>> {
    const person = await orgs.people.get(principal.person);
    const all = [...principal.roles.keys()];
    const viewer = { person: principal.person, orgs: all, role: 'viewer' as const };
    return {
      person: principal.person, name: person?.name ?? principal.name, email: person?.email ?? '', language: person?.language ?? 'en',
      role: principal.roles.get(principal.org) ?? 'viewer', org: principal.org, orgs: all,
      hasPassword: person?.hasPassword ?? false, empty: (await ranges.extent(viewer)).length === 0, version: services.version,
    };
  }

  async function enter(session: Session, setSession: Asked<'POST /session'>['setSession']): Promise<z.infer<typeof me>> {
    setSession(session.secret, (session.expiresUs - clock.nowUs()) / 1e6);
    return describe(session.principal);
  }

  return {
    'GET /me': ({ principal }) => describe(principal),
    'POST /session/link': async ({ body, from, setSession }) => enter(await orgs.signIn.useLink(body.token, from), setSession),
    'POST /session': async ({ body, from, setSession }) => enter(await orgs.signIn.withPassword(body.name, body.password, from), setSession),
    async 'DELETE /session'({ cookie, setSession }) {
      if (cookie !== undefined) await orgs.signIn.end(cookie);
      setSession(null, 0);
    },
    async 'PUT /me/password'({ principal, body }) {
      if (principal.via !== 'session') throw new OperatorError('unknown-person', { id: principal.person });
      await orgs.people.setPassword(principal, { ...body, keepSession: principal.session ?? null });
    },
    async 'PATCH /me'({ principal, body }) {
      if (principal.via !== 'session') throw new OperatorError('unknown-person', { id: principal.person });
      await orgs.people.setPreferences(principal, body);
      return describe(principal);
    },
  };
}
