/**
 * Findings: the queue, one with its evidence, and what people say of it.
 *
 * Hosts and picture of one finding are asked of the store anew with the finding's own query, so they are what anybody would get.
 * Sources that the engine kept but the store no longer has (retention) are listed after them, without figures.
 * @module
 */
import { FINDINGS } from '../../findings/findings.catalogue.ts';
import { ENGINES } from '../../engines/registry.ts';
import type { Engine } from '../../engines/engine.ts';
import { OperatorError } from '../../core/errors.ts';
import { requireTime } from '../../core/time.ts';
import type { FindingState } from '../../findings/finding.ts';
import { askEvidence } from '../../observations/questions/evidence.ts';
import { findingRowOf } from '../finding-row.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

const STATES: readonly FindingState[] = ['open', 'true', 'benign', 'false', 'snoozed'];
/** Sources listed with one finding. */
const MOST_SOURCES = 1_000;

type Keys = 'GET /findings' | 'GET /findings/:id' | 'POST /findings/:id/outcome' | 'POST /findings/:id/undo';

export function findingRoutes({ services, ranges, streams }: RouteContext): SomeHandlers<Keys> {
  const { findings, store, orgs, clock } = services;
  return {
    async 'GET /findings'({ viewer, query }) {
      // The queue is what needs a human, however old; a range cuts it only when somebody names one.
      const range = query.from || query.to ? await ranges.resolve(viewer, query) : {};
      const states = query.state === '' ? [] : query.state.split(',').map(requireState);
      const found = await findings.list(viewer, { expression: query.query, range, states, limit: query.limit });
      return { findings: found.findings.map(findingRowOf), counts: found.counts, more: found.more };
    },

    async 'GET /findings/:id'({ viewer, params }) {
      const finding = await findings.get(viewer, params.id);
      const { evidence } = finding, engine: Engine | undefined = (ENGINES as Readonly<Record<string, Engine>>)[finding.engine];
      const [history, like, kept, picture] = await Promise.all([
        findings.history(viewer, finding.id), findings.like(viewer, finding.id), findings.sources(viewer, finding.id, MOST_SOURCES + 1),
        askEvidence(store, viewer, evidence.query, { fromUs: evidence.fromUs, toUs: Math.max(evidence.toUs, evidence.fromUs + 1) }),
      ]);
      const shown = new Set(picture.hosts.map((host) => host.src));
      const rest = kept.filter((src) => !shown.has(src)).map((src) => ({ src, country: '', asn: 0, packets: 0, firstUs: finding.fromUs, lastUs: finding.toUs }));
      return {
        finding: findingRowOf(finding), version: finding.version, source: engine?.source ?? '', about: engine?.about ?? FINDINGS[finding.name].title.en,
        evidence: { query: evidence.query, fromUs: evidence.fromUs, toUs: evidence.toUs, figures: { ...evidence.figures }, series: evidence.series.map((point) => ({ ...point })) },
        sourceList: [...picture.hosts, ...rest].slice(0, MOST_SOURCES), moreSources: picture.moreHosts || picture.hosts.length + rest.length > MOST_SOURCES,
        matrix: picture.matrix, history, like,
      };
    },

    async 'POST /findings/:id/outcome'({ viewer, params, body }) {
      const untilUs = body.until === undefined ? null : requireTime(body.until.slice(0, 64), clock.nowUs());
      const finding = await findings.setOutcome(viewer, params.id, { outcome: body.outcome, reason: body.reason, untilUs });
      await orgs.audit.append({ org: finding.org, person: viewer.person, action: 'finding.outcome', subject: finding.id, detail: `${body.outcome} ${body.reason}`.trim() });
      streams.tellChanged([finding.org], 'findings');
      return findingRowOf(finding);
    },

    async 'POST /findings/:id/undo'({ viewer, params }) {
      const finding = await findings.undo(viewer, params.id);
      await orgs.audit.append({ org: finding.org, person: viewer.person, action: 'finding.undo', subject: finding.id, detail: finding.state });
      streams.tellChanged([finding.org], 'findings');
      return findingRowOf(finding);
    },
  };
}

function requireState(text: string): FindingState {
  const state = STATES.find((one) => one === text.trim());
  if (!state) throw new OperatorError('usage', { message: `A finding is ${STATES.join(', ')}; not '${text.slice(0, 40)}'.` });
  return state;
}
