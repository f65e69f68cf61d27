/**
 * What is attacking us right now.
 *
 * The sentence names the gravest open finding of the range that has not ended, if it needs a human; the changes are the last
 * raised, grave ones first.
 * @module
 */
import type { Finding } from '../../findings/finding.ts';
import { askNow } from '../../observations/questions/now.ts';
import { findingRowOf } from '../finding-row.ts';
import type { SomeHandlers } from '../handlers.ts';
import { findingByPort, portRowOf } from '../ports-raised.ts';
import type { RouteContext } from './all.ts';

const MOST_CHANGES = 12;
/** Severity from which a finding needs a human. */
const GRAVE = 3;
/** Findings of the range that are looked at for the sentence and the ports. */
const MOST_FINDINGS = 1_000;

export function nowRoutes({ services, ranges }: RouteContext): SomeHandlers<'GET /now'> {
  const { store, findings, live } = services;
  return {
    async 'GET /now'({ viewer, query }) {
      const range = await ranges.resolve(viewer, query);
      const [figures, found] = await Promise.all([askNow(store, viewer, range), findings.list(viewer, { range, limit: MOST_FINDINGS })]);
      const byPort = findingByPort(found.findings);
      const rising = found.findings.filter((f) => f.state === 'open' && !f.ended && f.severity >= GRAVE).reduce<Finding | null>((best, f) => (best && !graver(f, best) ? best : f), null);
      return {
        ...figures, live: live.counters(viewer).sensorsLive > 0,
        ports: figures.ports.map((port) => portRowOf(port, byPort)), changes: changesOf(found.findings).map(findingRowOf),
        headline: rising && findingRowOf(rising),
      };
    },
  };
}

/** The newest changes, with what needs a human before small scans: a busy minute must not push an early warning off the page. */
function changesOf(newestFirst: readonly Finding[]): Finding[] {
  const grave = newestFirst.filter((f) => f.severity >= GRAVE), small = newestFirst.filter((f) => f.severity < GRAVE);
  return [...grave, ...small].slice(0, MOST_CHANGES);
}

function graver(a: Finding, b: Finding): boolean {
  return a.severity !== b.severity ? a.severity > b.severity : a.firstRaisedUs > b.firstRaisedUs;
}
