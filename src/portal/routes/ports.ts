/**
 * Ports at risk, and the page of one port.
 * @module
 */
import { OperatorError } from '../../core/errors.ts';
import { formatPortKey, parsePortKey } from '../../core/ports.ts';
import { askPort } from '../../observations/questions/port.ts';
import { askPortsAtRisk } from '../../observations/questions/ports-at-risk.ts';
import { findingRowOf } from '../finding-row.ts';
import type { SomeHandlers } from '../handlers.ts';
import { findingByPort, portRowOf } from '../ports-raised.ts';
import type { RouteContext } from './all.ts';

const MOST_FINDINGS = 1_000, MOST_SHOWN = 100;
/** Findings about the whole, shown above the table. */
const GLOBAL: ReadonlySet<string> = new Set(['sync.global', 'sync.group', 'early-warning']);

export function portRoutes({ services, ranges }: RouteContext): SomeHandlers<'GET /ports' | 'GET /ports/:port'> {
  const { store, findings, live } = services;
  return {
    async 'GET /ports'({ viewer, query }) {
      const range = await ranges.resolve(viewer, query);
      const [figures, found] = await Promise.all([askPortsAtRisk(store, viewer, range), findings.list(viewer, { range, limit: MOST_FINDINGS })]);
      const byPort = findingByPort(found.findings), learned = live.ports(viewer);
      return {
        ...range,
        rows: figures.map((port) => {
          const model = learned.get(port.port);
          return { ...portRowOf(port, byPort), tail: model?.tail ?? null, median: model?.median ?? null, finding: byPort.get(port.port)?.id ?? null, countries: port.countries };
        }),
        global: found.findings.filter((f) => GLOBAL.has(f.name)).map(findingRowOf),
      };
    },

    async 'GET /ports/:port'({ viewer, params, query }) {
      // In a path the slash is a hyphen: tcp-23, ip-99-0.
      const key = parsePortKey(params.port) ?? parsePortKey(params.port.replace(/-(?=\d{1,5}$)/, '/'));
      if (key === null) throw new OperatorError('port-name', { text: params.port.slice(0, 40) });
      const range = await ranges.resolve(viewer, query);
      const [page, found] = await Promise.all([askPort(store, viewer, key, range), findings.list(viewer, { expression: `port == ${formatPortKey(key)}`, range, limit: MOST_SHOWN })]);
      return { ...page, findings: found.findings.map(findingRowOf) };
    },
  };
}
