/**
 * Findings in the record store: drafts in, one growing finding a subject and episode out; people's outcomes; never a lost word.
 *
 * In: drafts of engines, in any number and order. Out: findings within the viewer's organisations.
 * Idempotent: accepting the same drafts again changes nothing (ids are hashes, fields are joined by `growth.ts`, sources are a set).
 * De-duplication over time: a draft of a new episode joins the finding of the same engine, name and subject when its pause is within
 * the catalogue's `holdUs`. Outcomes and growth are events, which no statement ever changes (a trigger refuses); undo is an event too.
 * Alerts are rows written in the same transaction as the finding, so none is lost between the two.
 * Cost: one transaction a draft; sources in batches of SOURCE_BATCH rows.
 * Limits: at most MOST_SOURCES source texts a finding (the count goes on); expressions are matched in memory over MOST_LISTED rows.
 * @module
 */
import { sql, type Selectable } from 'kysely';
import { OperatorError } from '../core/errors.ts';
import { MARKINGS, type Marking } from '../core/marking.ts';
import type { FindingId, OrgId } from '../core/ids.ts';
import type { Viewer } from '../observations/contract.ts';
import { foldExpr, type Expr } from '../observations/query/ast.ts';
import { FINDING_FIELDS } from '../observations/query/fields.ts';
import { matches, type FieldValue } from '../observations/query/match.ts';
import { parseQuery } from '../observations/query/parser.ts';
import type { RecordQueries, RecordStore, RecordTransaction } from '../records/store.ts';
import { json, type FindingTable } from '../records/tables.ts';
import { FINDING_NAMES, idOfDraft, type Finding, type FindingDraft, type FindingName, type FindingState } from './finding.ts';
import { FINDINGS, sentence } from './findings.catalogue.ts';
import { continues, growFields, MOST_SOURCES, orderedFields } from './growth.ts';

/** Rows of one insert of sources. */
const SOURCE_BATCH = 2_000;
/** Most findings that one list reads. */
export const MOST_LISTED = 20_000;
const STATES = ['open', 'true', 'benign', 'false', 'snoozed'] as const satisfies readonly FindingState[];

/** What became of an accepted draft. */
export interface Accepted {
  readonly finding: Finding;
  /** `same`: nothing was new. `worse`: its severity rose. */
  readonly occasion: 'raised' | 'worse' | 'grown' | 'ended' | 'same';
}

export interface Outcome { readonly outcome: FindingState; readonly reason: string; readonly untilUs?: number | null }
export interface FindingEvent { readonly atUs: number; readonly person: string; readonly action: string; readonly reason: string }
export interface FindingQuestion {
  readonly expression?: string;
  /** Findings that overlap [fromUs, toUs). */
  readonly range?: { readonly fromUs?: number; readonly toUs?: number };
  readonly states?: readonly FindingState[];
  readonly limit?: number;
}

export interface FindingStore {
  /** Accepts drafts in order; returns what became of each. */
  accept(drafts: readonly FindingDraft[]): Promise<Accepted[]>;
  /** Newest first. `counts` by state, before `states` and `limit` cut. */
  list(viewer: Viewer, question?: FindingQuestion): Promise<{ findings: Finding[]; counts: Record<FindingState, number>; more: boolean }>;
  /** Throws `unknown-finding` if there is none that the viewer may see. A unique beginning of an id of ≥ 4 digits is enough. */
  get(viewer: Viewer, id: string): Promise<Finding>;
  /** Its sources, at most `limit`, and the packets that the engine counted (null: not counted). */
  sources(viewer: Viewer, id: string, limit?: number): Promise<string[]>;
  /** Findings that name a source, newest first. */
  ofSource(viewer: Viewer, src: string, limit?: number): Promise<Finding[]>;
  setOutcome(viewer: Viewer, id: string, outcome: Outcome): Promise<Finding>;
  /** Takes the last outcome back; undoing an undo is not offered. Unchanged when there is nothing to undo. */
  undo(viewer: Viewer, id: string): Promise<Finding>;
  history(viewer: Viewer, id: string): Promise<FindingEvent[]>;
  /** Earlier findings of the same name and subject, newest first, with their last reason. */
  like(viewer: Viewer, id: string, limit?: number): Promise<{ id: string; fromUs: number; state: FindingState; reason: string }[]>;
}

export interface FindingStoreOptions {
  /** Names of the sinks that are to be told of it; their alert rows join the transaction. */
  readonly alertSinks?: (finding: Finding, occasion: Accepted['occasion']) => readonly string[];
}

export function findingStore(records: RecordStore, options: FindingStoreOptions = {}): FindingStore {
  const { db, clock } = records;

  async function acceptOne(tx: RecordTransaction, draft: FindingDraft): Promise<Accepted> {
    const nowUs = clock.nowUs();
    let id: FindingId = idOfDraft(draft);
    let row = await tx.selectFrom('finding').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!row) {
      const before = await tx.selectFrom('finding').selectAll()
        .where('org', '=', draft.org).where('name', '=', draft.name).where('subject', '=', draft.subject).where('engine', '=', draft.engine)
        .where('first_window_us', '<', draft.firstWindowUs).where('from_us', '<=', draft.fromUs).orderBy('from_us', 'desc').forUpdate().limit(1).executeTakeFirst();
      if (before && continues(before.to_us, draft)) { row = before; id = before.id as FindingId; }
    }
    const { sourceList, ...given } = draft, fields = orderedFields(given);
    if (!row) {
      const finding: Finding = { ...fields, id, state: 'open', why: sentence(draft.name, draft.facts, 'en') };
      await tx.insertInto('finding').values({ ...toRow(finding), snoozed_until_us: null, created_us: nowUs, updated_us: nowUs }).execute();
      await addSources(tx, id, sourceList, 0);
      await note(tx, id, nowUs, 'raised', '', 'open');
      return finish(tx, finding, draft.ended ? 'ended' : 'raised', nowUs);
    }
    const old = fromRow(row, nowUs);
    const grown = growFields(old, fields);
    const held = await addSources(tx, id, sourceList, old.sources);
    const finding: Finding = { ...grown, sources: Math.max(grown.sources, held), id, state: old.state, why: sentence(grown.name, grown.facts, 'en') };
    if (JSON.stringify(toRow(finding)) === JSON.stringify(toRow(old))) return { finding: old, occasion: 'same' };
    await tx.updateTable('finding').set({ ...toRow(finding), state: row.state, updated_us: nowUs }).where('id', '=', id).execute();
    const occasion = finding.severity > old.severity ? 'worse' : finding.ended && !old.ended ? 'ended' : 'grown';
    if (occasion !== 'grown') await note(tx, id, nowUs, occasion === 'worse' ? 'grown' : 'ended', old.state, old.state);
    return finish(tx, finding, occasion, nowUs);
  }

  async function finish(tx: RecordTransaction, finding: Finding, occasion: Accepted['occasion'], nowUs: number): Promise<Accepted> {
    const sinks = options.alertSinks?.(finding, occasion) ?? [];
    for (const sink of sinks) {
      await tx.insertInto('alert').values({ finding: finding.id, org: finding.org, sink, occasion: occasion === 'worse' ? `severity-${finding.severity}` : occasion, state: 'waiting', attempts: 0, last_error: '', next_us: nowUs, created_us: nowUs, sent_us: null })
        .onConflict((c) => c.columns(['finding', 'sink', 'occasion']).doNothing()).execute();
    }
    return { finding, occasion };
  }

  async function readOne(q: RecordQueries, viewer: Viewer, id: string): Promise<Selectable<FindingTable>> {
    const exact = /^[0-9a-f]{16}$/.test(id);
    if (exact || /^[0-9a-f]{4,15}$/.test(id)) {
      const rows = await q.selectFrom('finding').selectAll().where('id', exact ? '=' : 'like', exact ? id : `${id}%`).where('org', 'in', orgsOf(viewer)).limit(2).execute();
      if (rows.length === 1) return rows[0] as Selectable<FindingTable>;
    }
    throw new OperatorError('unknown-finding', { id: id.slice(0, 64) });
  }

  async function change(viewer: Viewer, id: string, work: (tx: RecordTransaction, row: Selectable<FindingTable>, nowUs: number) => Promise<{ state: FindingState; untilUs: number | null } | null>): Promise<Finding> {
    return records.transaction(async (tx) => {
      const nowUs = clock.nowUs(), found = await readOne(tx, viewer, id);
      const row = await tx.selectFrom('finding').selectAll().where('id', '=', found.id).forUpdate().executeTakeFirstOrThrow();
      const next = await work(tx, row, nowUs);
      if (!next) return fromRow(row, nowUs);
      await tx.updateTable('finding').set({ state: next.state, snoozed_until_us: next.untilUs, updated_us: nowUs }).where('id', '=', row.id).execute();
      return fromRow({ ...row, state: next.state, snoozed_until_us: next.untilUs }, nowUs);
    });
  }

  return {
    async accept(drafts) {
      const accepted: Accepted[] = [];
      for (const draft of drafts) accepted.push(await records.transaction((tx) => acceptOne(tx, draft)));
      return accepted;
    },

    async list(viewer, question = {}) {
      const nowUs = clock.nowUs(), limit = Math.min(question.limit ?? 200, MOST_LISTED);
      const expr = parseQuery(question.expression ?? '', { nowUs, fields: FINDING_FIELDS });
      let query = db.selectFrom('finding').selectAll().where('org', 'in', orgsOf(viewer));
      if (question.range?.fromUs !== undefined) query = query.where('to_us', '>=', question.range.fromUs);
      if (question.range?.toUs !== undefined) query = query.where('from_us', '<', question.range.toUs);
      const rows = await query.orderBy('first_raised_us', 'desc').orderBy('id').limit(MOST_LISTED + 1).execute();
      const bySource = namesField(expr, 'src');
      const counts: Record<FindingState, number> = { open: 0, true: 0, benign: 0, false: 0, snoozed: 0 };
      const findings: Finding[] = [];
      let more = rows.length > MOST_LISTED;
      for (const row of rows.slice(0, MOST_LISTED)) {
        const finding = fromRow(row, nowUs);
        const sources = bySource ? (await db.selectFrom('finding_source').select('src').where('finding', '=', row.id).execute()).map((s) => s.src) : [];
        if (!matches(expr, (field) => fieldOf(finding, sources, field))) continue;
        counts[finding.state]++;
        if (question.states && question.states.length > 0 && !question.states.includes(finding.state)) continue;
        if (findings.length < limit) findings.push(finding); else more = true;
      }
      return { findings, counts, more };
    },

    async get(viewer, id) { return fromRow(await readOne(db, viewer, id), clock.nowUs()); },

    async sources(viewer, id, limit = MOST_SOURCES) {
      const row = await readOne(db, viewer, id);
      return (await db.selectFrom('finding_source').select('src').where('finding', '=', row.id).orderBy('src').limit(limit).execute()).map((s) => s.src);
    },

    async ofSource(viewer, src, limit = 100) {
      const rows = await db.selectFrom('finding').selectAll('finding').innerJoin('finding_source', 'finding_source.finding', 'finding.id')
        .where('finding_source.src', '=', src).where('finding.org', 'in', orgsOf(viewer)).orderBy('first_raised_us', 'desc').limit(limit).execute();
      return rows.map((row) => fromRow(row, clock.nowUs()));
    },

    setOutcome(viewer, id, { outcome, reason, untilUs }) {
      return change(viewer, id, async (tx, row, nowUs) => {
        const until = outcome === 'snoozed' ? untilUs ?? null : null;
        if (outcome === 'snoozed' && (until === null || until <= nowUs)) throw new OperatorError('usage', { message: 'A finding is snoozed until a time in the future.' });
        await note(tx, row.id, nowUs, 'outcome', row.state, outcome, viewer.person, reason.slice(0, 500), until, null, row.snoozed_until_us);
        return { state: outcome, untilUs: until };
      });
    },

    undo(viewer, id) {
      return change(viewer, id, async (tx, row, nowUs) => {
        const events = await tx.selectFrom('finding_event').selectAll().where('finding', '=', row.id).where('kind', 'in', ['outcome', 'undo']).orderBy('id').execute();
        const undone = new Set(events.map((e) => e.undoes).filter((e) => e !== null));
        const last = events.filter((e) => e.kind === 'outcome' && !undone.has(e.id)).at(-1);
        if (!last) return null;
        const until = Number(last.detail['snoozedUntilUs'] ?? 0) || null;
        await note(tx, row.id, nowUs, 'undo', row.state, last.from_state, viewer.person, '', until, last.id);
        return { state: stateOf(last.from_state), untilUs: until };
      });
    },

    async history(viewer, id) {
      const row = await readOne(db, viewer, id);
      const events = await db.selectFrom('finding_event').selectAll().where('finding', '=', row.id).orderBy('id').execute();
      return events.map((e) => ({ atUs: e.at_us, person: e.person, action: e.kind === 'outcome' ? e.to_state : e.kind, reason: e.reason }));
    },

    async like(viewer, id, limit = 20) {
      const row = await readOne(db, viewer, id);
      const rows = await db.selectFrom('finding').select(['id', 'from_us', 'state', 'snoozed_until_us'])
        .select((eb) => eb.selectFrom('finding_event').select('reason').whereRef('finding_event.finding', '=', 'finding.id').where('kind', '=', 'outcome').orderBy('finding_event.id', 'desc').limit(1).as('reason'))
        .where('org', '=', row.org).where('name', '=', row.name).where('subject', '=', row.subject).where('id', '<>', row.id)
        .orderBy('from_us', 'desc').limit(limit).execute();
      return rows.map((r) => ({ id: r.id, fromUs: r.from_us, state: effective(stateOf(r.state), r.snoozed_until_us, clock.nowUs()), reason: r.reason ?? '' }));
    },
  };
}

async function addSources(tx: RecordTransaction, id: FindingId, sources: readonly string[], known: number): Promise<number> {
  if (sources.length === 0) return known;
  const { count } = await tx.selectFrom('finding_source').select(sql<number>`count(*)`.as('count')).where('finding', '=', id).executeTakeFirstOrThrow();
  let held = Number(count);
  for (let at = 0; at < sources.length && held < MOST_SOURCES; at += SOURCE_BATCH) {
    const batch = [...new Set(sources.slice(at, at + Math.min(SOURCE_BATCH, MOST_SOURCES - held)))];
    const outcome = await tx.insertInto('finding_source').values(batch.map((src) => ({ finding: id, src, packets: null }))).onConflict((c) => c.doNothing()).executeTakeFirst();
    held += Number(outcome.numInsertedOrUpdatedRows ?? 0n);
  }
  return held;
}

async function note(tx: RecordTransaction, finding: string, atUs: number, kind: string, from: string, to: string, person = '', reason = '', untilUs: number | null = null, undoes: number | null = null, snoozedUntilUs: number | null = null): Promise<void> {
  await tx.insertInto('finding_event').values({
    finding, at_us: atUs, person, kind, from_state: from, to_state: to, reason, until_us: untilUs, undoes,
    detail: json<Readonly<Record<string, number | string>>>(snoozedUntilUs === null ? {} : { snoozedUntilUs }),
  }).execute();
}

/** Organisations of a viewer as a list that SQL accepts: never empty. */
function orgsOf(viewer: Viewer): string[] { return viewer.orgs.length > 0 ? [...viewer.orgs] : ['']; }

function stateOf(text: string): FindingState { return STATES.find((s) => s === text) ?? 'open'; }

/** A snooze that is over is open again. */
function effective(state: FindingState, untilUs: number | null, nowUs: number): FindingState {
  return state === 'snoozed' && untilUs !== null && untilUs <= nowUs ? 'open' : state;
}

function namesField(expr: Expr, name: string): boolean {
  return foldExpr<boolean>(expr, { all: () => false, and: (items) => items.includes(true), or: (items) => items.includes(true), not: (item) => item, test: (field) => field === name });
}

function fieldOf(f: Finding, sources: readonly string[], field: string): FieldValue {
  switch (field) {
    case 'name': return f.name;
    case 'engine': return f.engine;
    case 'subject': return f.subject;
    case 'state': return f.state;
    case 'score': return f.score;
    case 'severity': return f.severity;
    case 'sources': return f.sources;
    case 'at': return f.firstRaisedUs;
    case 'org': return f.org;
    case 'sensor': return f.sensors.flatMap((s) => [s, s.slice(s.indexOf('/') + 1)]);
    case 'src': return sources.map((s) => s.replace(/\/64$/, ''));
    case 'port': return f.ports;
    case 'role': return f.sourceRole;
    case 'tool': return typeof f.facts['tools'] === 'string' ? f.facts['tools'].split(' ') : typeof f.facts['tool'] === 'string' ? [f.facts['tool']] : [];
    case 'country': return f.countries;
    default: return undefined;
  }
}

function toRow(f: Finding) {
  return {
    id: f.id, org: f.org, name: f.name, engine: f.engine, version: f.version, subject: f.subject, first_window_us: f.firstWindowUs,
    from_us: f.fromUs, to_us: f.toUs, first_raised_us: f.firstRaisedUs, ports: json(f.ports), sensors: json(f.sensors), sources: f.sources,
    countries: json(f.countries), source_role: f.sourceRole, score: f.score, severity: f.severity, facts: json(sorted(f.facts)),
    evidence: json({ ...f.evidence, figures: sorted(f.evidence.figures) }), marking: f.marking, ended: f.ended, simulated: f.simulated, why: f.why, state: f.state,
  };
}

/** Keys in order, because a JSON column gives them back in an order of its own. */
function sorted(record: Readonly<Record<string, number | string>>): Record<string, number | string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function fromRow(r: Selectable<FindingTable>, nowUs: number): Finding {
  const role = r.source_role;
  return {
    id: r.id as FindingId, org: r.org as OrgId, name: nameOf(r.name), engine: r.engine, version: r.version, subject: r.subject, firstWindowUs: r.first_window_us,
    fromUs: r.from_us, toUs: r.to_us, firstRaisedUs: r.first_raised_us, ports: r.ports, sensors: r.sensors, sources: r.sources, countries: r.countries,
    sourceRole: role === 'scanner' || role === 'attacker' || role === 'victim' || role === 'research' ? role : 'unknown', score: r.score,
    severity: Math.min(5, Math.max(1, Math.round(r.severity))) as Finding['severity'], facts: r.facts,
    evidence: { query: r.evidence.query, fromUs: r.evidence.fromUs, toUs: r.evidence.toUs, figures: r.evidence.figures,
      series: r.evidence.series.map((p) => ({ atUs: p.atUs, value: p.value, low: p.low, high: p.high })) },
    // A marking that nobody knows is treated as the strictest.
    marking: MARKINGS.find((m) => m === r.marking) ?? ('TLP:RED' satisfies Marking), ended: r.ended, simulated: r.simulated,
    state: effective(stateOf(r.state), r.snoozed_until_us, nowUs), why: r.why,
  };
}

function nameOf(text: string): FindingName {
  const name = FINDING_NAMES.find((n) => n === text);
  if (!name || !Object.hasOwn(FINDINGS, name)) throw new RangeError(`the record store holds a finding named '${text}'`);
  return name;
}
