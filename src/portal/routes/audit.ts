/**
 * The audit log, newest first, and whether its chain holds.
 *
 * Verifying reads the whole log, so its verdict is kept for VERDICT_MS.
 * @module
 */
import type { AuditVerdict } from '../../orgs/audit.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

const VERDICT_MS = 10_000;

export function auditRoutes({ services: { orgs, clock } }: RouteContext): SomeHandlers<'GET /audit'> {
  let last: { atMs: number; verdict: Promise<AuditVerdict> } | null = null;
  return {
    async 'GET /audit'({ viewer, query }) {
      const nowMs = clock.steadyMs();
      if (!last || nowMs - last.atMs >= VERDICT_MS) last = { atMs: nowMs, verdict: orgs.audit.verify() };
      const { verdict } = last;
      verdict.catch(() => { last = null; });
      return { ...await orgs.audit.list(viewer.orgs, query), intact: (await verdict).intact };
    },
  };
}
