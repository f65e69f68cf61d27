/**
 * What is attacking us right now.
 *
 * The sentence names the gravest open finding of the range that has not ended; the newest changes are the last raised.
 * @module
 */
import type { Finding } from '../../findings/finding.ts';
import { askNow } from '../../observations/questions/now.ts';
import { findingRowOf } from '../finding-row.ts';
import type { SomeHandlers } from '../handlers.ts';
import { findingByPort, portRowOf } from '../ports-raised.ts';
import type { RouteContext } from './all.ts';

const MOST_CHANGES = 12;
/** Findings of the range that are looked at for the sentence and the ports. */
const MOST_FINDINGS = 1_000;

export function nowRoutes({ services, ranges }: RouteContext): SomeHandlers<'GET /now'> {
  const { store, findings, live } = services;
  return {
    async 'GET /now'({ viewer, query }) {
      const range = await ranges.resolve(viewer, query);
      const [figures, found] = await Promise.all([askNow(store, viewer, range), findings.list(viewer, { range, limit: MOST_FINDINGS })]);
      const byPort = findingByPort(found.findings);
      const rising = found.findings.filter((f) => f.state === 'open' && !f.ended).reduce<Finding | null>((best, f) => (best && !graver(f, best) ? best : f), null);
      return {
        ...figures, live: live.counters(viewer).sensorsLive > 0,
        ports: figures.ports.map((port) => portRowOf(port, byPort)), changes: found.findings.slice(0, MOST_CHANGES).map(findingRowOf),
        headline: rising && findingRowOf(rising),
      };
    },
  };
}

function graver(a: Finding, b: Finding): boolean {
  return a.severity !== b.severity ? a.severity > b.severity : a.firstRaisedUs > b.firstRaisedUs;
}
