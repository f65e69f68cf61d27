/**
 * The portal's API as data: every request and answer as a zod schema, shared by the server (validation, OpenAPI) and the web.
 *
 * Base path `/api/v1`. Times in requests are what people write (`now-1h`, ISO 8601); times in answers are integer
 * microseconds named `…Us`. Errors are `{ error: { code, message, remedy, at? } }` with 400, 401, 403, 404, 409, 413, 429 or 500;
 * `at` is the offset of the offending character of a query. Lists are bounded and say so in `more`.
 * @module
 */
// changed 08:46: GET /observations/export takes any `limit` (default: all, up to the setting export.most-rows); GET /observations/histogram says `approximate`;
//   429 is possible (sign-in attempts, open streams). GET /findings without from/to lists all time. POST /people answers a link as a path (`/sign-in#token=…`).
import { z } from 'zod';

const us = z.number();
const range = { fromUs: us, toUs: us };
/** Query string shared by every question: empty times mean the last hour of stored or live time. */
export const rangeQuery = z.object({ from: z.string().optional(), to: z.string().optional() });

export const apiError = z.object({ error: z.object({ code: z.string(), message: z.string(), remedy: z.string(), at: z.number().optional() }) });

export const role = z.enum(['viewer', 'analyst', 'administrator']);
export const me = z.object({
  person: z.string(), name: z.string(), email: z.string(), language: z.enum(['en', 'ja']), role, org: z.string(), orgs: z.array(z.string()),
  hasPassword: z.boolean(),
  /** Nothing is stored yet: the first page offers the three buttons. */
  empty: z.boolean(), version: z.string(),
});
export const signInLink = z.object({ token: z.string().max(200) });
export const signIn = z.object({ name: z.string().max(200), password: z.string().max(200) });
export const setPassword = z.object({ name: z.string().min(1).max(80), password: z.string().min(12).max(200) });
export const setPreferences = z.object({ language: z.enum(['en', 'ja']).optional() });

/** One point of a series with its normal band; `low`/`high` null while history is too short to know. */
export const bandPoint = z.object({ atUs: us, value: z.number(), low: z.number().nullable(), high: z.number().nullable() });
export const spark = z.array(z.number());

export const findingRow = z.object({
  id: z.string(), name: z.string(), engine: z.string(), subject: z.string(), ...range, firstRaisedUs: us,
  ports: z.array(z.string()), sensors: z.array(z.string()), sources: z.number(), countries: z.array(z.string()),
  score: z.number(), severity: z.number(), why: z.string(), facts: z.record(z.string(), z.union([z.string(), z.number()])),
  state: z.enum(['open', 'true', 'benign', 'false', 'snoozed']), ended: z.boolean(), simulated: z.boolean(),
  marking: z.string(), sourceRole: z.string(),
});
export const findingList = z.object({ findings: z.array(findingRow), counts: z.record(z.string(), z.number()), more: z.boolean() });
export const findingDetail = z.object({
  finding: findingRow,
  version: z.string(), source: z.string(), about: z.string(),
  evidence: z.object({ query: z.string(), ...range, figures: z.record(z.string(), z.union([z.string(), z.number()])), series: z.array(bandPoint) }),
  sourceList: z.array(z.object({ src: z.string(), country: z.string(), asn: z.number(), packets: z.number(), firstUs: us, lastUs: us })),
  moreSources: z.boolean(),
  /** Slots × hosts picture: row r, column c at [r * slots + c], packets. */
  matrix: z.object({ hosts: z.array(z.string()), slotUs: us, fromUs: us, slots: z.number(), packets: z.array(z.number()) }),
  history: z.array(z.object({ atUs: us, person: z.string(), action: z.string(), reason: z.string() })),
  /** Earlier findings of the same name and subject and how they were closed. */
  like: z.array(z.object({ id: z.string(), fromUs: us, state: z.string(), reason: z.string() })),
});
export const outcome = z.object({ outcome: z.enum(['true', 'benign', 'false', 'snoozed', 'open']), reason: z.string().max(500).default(''), until: z.string().optional() });

export const portRow = z.object({
  port: z.string(), service: z.string(), hosts: z.number(), packets: z.number(),
  /** hosts now ÷ hosts in the same span before; null without history. */
  ratio: z.number().nullable(), trend: spark, tools: z.array(z.object({ tool: z.string(), share: z.number() })),
  firstSensor: z.string(), firstUs: us, raised: z.boolean(),
});
export const now = z.object({
  ...range, sensors: z.number(), live: z.boolean(), simulated: z.boolean(),
  hosts: z.number(), packets: z.number(), hostsNormal: z.number().nullable(),
  packetsPerSecond: z.array(bandPoint), hostsPerMinute: z.array(bandPoint), portsAbove: z.array(bandPoint),
  map: z.array(z.object({ country: z.string(), hosts: z.number(), packets: z.number(), ratio: z.number().nullable() })),
  ports: z.array(portRow), changes: z.array(findingRow),
  /** The finding the sentence names, if something is rising. */
  headline: findingRow.nullable(),
});

export const observationRow = z.object({
  at: z.string(), atUs: us, org: z.string(), sensor: z.string(), region: z.string(), kind: z.string(), src: z.string(), dst: z.string(),
  sport: z.number(), port: z.string(), proto: z.string(), ttl: z.number().optional(), ipid: z.number().optional(), window: z.number().optional(),
  flags: z.string().optional(), seq: z.number().optional(), length: z.number().optional(), payload: z.string().optional(),
  tool: z.string(), label: z.string(), role: z.string(), country: z.string(), asn: z.number(), session: z.string().optional(),
  fields: z.record(z.string(), z.union([z.string(), z.number()])).optional(), tags: z.array(z.string()),
});
export const observationQuery = rangeQuery.extend({ query: z.string().max(4000).default(''), limit: z.coerce.number().int().min(1).max(10_000).default(200), beforeUs: z.coerce.number().optional() });
export const observationList = z.object({ ...range, rows: z.array(observationRow), more: z.boolean() });
export const countQuery = rangeQuery.extend({ query: z.string().max(4000).default(''), by: z.string().default(''), limit: z.coerce.number().int().min(1).max(10_000).default(20) });
export const countList = z.object({ ...range, rows: z.array(z.record(z.string(), z.union([z.string(), z.number()]))) });
export const histogramQuery = rangeQuery.extend({ query: z.string().max(4000).default(''), bins: z.coerce.number().int().min(10).max(1000).default(200) });
export const histogram = z.object({ ...range, binUs: us, packets: z.array(z.number()), records: z.array(z.number()), sources: z.array(z.number()), totalPackets: z.number(), totalRecords: z.number(), totalSources: z.number(), approximate: z.boolean() });
export const completeQuery = z.object({ text: z.string().max(4000), at: z.coerce.number().int().min(0) });
export const completions = z.object({ items: z.array(z.object({ text: z.string(), from: z.number(), to: z.number(), about: z.string() })), error: z.object({ message: z.string(), at: z.number() }).nullable() });

export const riskRow = portRow.extend({
  /** Tail probability of the newest window under the port's learned distribution; null while learning. */
  tail: z.number().nullable(), median: z.number().nullable(), finding: z.string().nullable(), countries: z.array(z.string()),
});
export const portsAtRisk = z.object({ ...range, rows: z.array(riskRow), global: z.array(findingRow) });

export const hostPage = z.object({
  src: z.string(), ...range, country: z.string(), asn: z.number(), asName: z.string(), roles: z.array(z.string()), labels: z.array(z.string()), tools: z.array(z.string()),
  packets: z.number(), records: z.number(), firstUs: us, lastUs: us,
  timeline: z.array(z.object({ sensor: z.string(), bins: z.array(z.number()) })), binUs: us,
  ports: z.array(z.object({ port: z.string(), packets: z.number(), records: z.number() })),
  kinds: z.array(z.object({ kind: z.string(), records: z.number() })),
  findings: z.array(findingRow), tags: z.array(z.object({ value: z.string(), field: z.string(), by: z.string(), reason: z.string(), fromUs: us, toUs: us })),
});
export const portPage = z.object({
  port: z.string(), service: z.string(), ...range, hosts: z.number(), packets: z.number(),
  series: z.array(bandPoint), countries: z.array(z.object({ country: z.string(), hosts: z.number() })),
  tools: z.array(z.object({ tool: z.string(), hosts: z.number(), packets: z.number() })), sensors: z.array(z.object({ sensor: z.string(), hosts: z.number(), firstUs: us })),
  topHosts: z.array(z.object({ src: z.string(), country: z.string(), asn: z.number(), packets: z.number() })), findings: z.array(findingRow),
});

export const sensorRow = z.object({
  id: z.string(), org: z.string(), name: z.string(), country: z.string(), zone: z.string(), regions: z.array(z.string()), simulated: z.boolean(),
  state: z.enum(['live', 'quiet', 'outage', 'stored']), lastUs: us.nullable(), firstUs: us.nullable(), packets: z.number(), records: z.number(),
  lagMs: z.number().nullable(), dropped: z.number(), gaps: z.array(z.object({ ...range, reason: z.string() })), perHour: spark,
});
export const health = z.object({
  nowUs: us, sensors: z.array(sensorRow), engines: z.array(z.object({ name: z.string(), about: z.string(), source: z.string(), windowUs: us, lastUs: us.nullable(), behindMs: z.number(), findings: z.number() })),
  store: z.object({ engine: z.string(), bytes: z.number(), packets: z.number(), records: z.number(), freeBytes: z.number() }),
  tables: z.array(z.object({ name: z.string(), licence: z.string(), date: z.string() })),
  jobs: z.array(z.object({ id: z.string(), kind: z.string(), label: z.string(), state: z.enum(['running', 'done', 'failed', 'cancelled']), done: z.number(), total: z.number().nullable(), message: z.string(), startedUs: us })),
  defects: z.array(z.object({ path: z.string(), sensor: z.string(), line: z.number(), reason: z.string(), quote: z.string() })),
});
export const setting = z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]), default: z.union([z.string(), z.number(), z.boolean()]), about: z.string(), kind: z.enum(['text', 'number', 'boolean']), changedUs: us.nullable(), changedBy: z.string() });
export const settings = z.object({ settings: z.array(setting) });
export const setSetting = z.object({ value: z.union([z.string().max(2000), z.number(), z.boolean()]) });
export const setSensor = z.object({ zone: z.string().max(64).optional(), country: z.string().max(2).optional(), regions: z.array(z.string().max(64)).max(1024).optional() });
export const addGap = z.object({ from: z.string(), to: z.string(), reason: z.string().max(200) });

export const startListen = z.object({ interface: z.string().max(32), sensor: z.string().max(64), regions: z.array(z.string()).max(1024).default([]) });
export const startReplay = z.object({ scenario: z.string().default('demo-day'), seed: z.number().int().default(1), speed: z.number().min(1).max(10_000).default(60) });
export const interfaces = z.object({ interfaces: z.array(z.object({ name: z.string(), addresses: z.array(z.string()) })), possible: z.boolean(), reason: z.string() });
export const job = z.object({ id: z.string() });

export const keyRow = z.object({ id: z.string(), role, org: z.string(), createdUs: us, lastUsedUs: us.nullable(), by: z.string() });
export const keyList = z.object({ keys: z.array(keyRow) });
export const newKey = z.object({ role, org: z.string().optional() });
export const createdKey = z.object({ id: z.string(), key: z.string() });
export const personRow = z.object({ id: z.string(), name: z.string(), role, org: z.string(), createdUs: us, lastSeenUs: us.nullable() });
export const personList = z.object({ people: z.array(personRow) });
export const newPerson = z.object({ name: z.string().min(1).max(80), role });
export const createdPerson = z.object({ id: z.string(), link: z.string() });
export const auditList = z.object({ entries: z.array(z.object({ seq: z.number(), atUs: us, person: z.string(), action: z.string(), subject: z.string(), detail: z.string() })), intact: z.boolean(), more: z.boolean() });
export const viewRow = z.object({ id: z.string(), name: z.string(), query: z.string(), from: z.string(), to: z.string(), kind: z.enum(['view', 'alert', 'hunt']) });
export const viewList = z.object({ views: z.array(viewRow) });
export const newView = viewRow.omit({ id: true });
export const newTag = z.object({ value: z.string().regex(/^[a-z0-9:._-]{1,64}$/), reason: z.string().max(200).default('') });

/** Server-sent events of `/api/v1/live` (event name → data). Each carries at most one message a second but `finding`, sent at once. */
export const liveEvents = {
  counters: z.object({ nowUs: us, packetsPerSecond: z.number(), hostsPerMinute: z.number(), lagMs: z.number(), sensorsLive: z.number(), lastUs: us.nullable() }),
  finding: findingRow,
  job: z.object({ id: z.string(), kind: z.string(), label: z.string(), state: z.string(), done: z.number(), total: z.number().nullable(), message: z.string() }),
  changed: z.object({ what: z.enum(['findings', 'sensors', 'settings', 'views']) }),
};

/**
 * Every route: method and path → who may (least role; `public` = no sign-in), request parts and answer.
 * Paths are relative to `/api/v1`; `:id` style parameters are strings.
 */
export const ROUTES = {
  'GET /me': { needs: 'viewer', answer: me },
  'POST /session/link': { needs: 'public', body: signInLink, answer: me },
  'POST /session': { needs: 'public', body: signIn, answer: me },
  'DELETE /session': { needs: 'viewer' },
  'PUT /me/password': { needs: 'viewer', body: setPassword },
  'PATCH /me': { needs: 'viewer', body: setPreferences, answer: me },
  'GET /now': { needs: 'viewer', query: rangeQuery, answer: now },
  'GET /observations': { needs: 'viewer', query: observationQuery, answer: observationList },
  'GET /observations/count': { needs: 'viewer', query: countQuery, answer: countList },
  'GET /observations/histogram': { needs: 'viewer', query: histogramQuery, answer: histogram },
  'GET /observations/complete': { needs: 'viewer', query: completeQuery, answer: completions },
  /** Content type `application/x-ndjson` or `text/csv` by `?as=`; audited. */
  'GET /observations/export': { needs: 'analyst', query: observationQuery.extend({ as: z.enum(['jsonl', 'csv']).default('jsonl'), limit: z.coerce.number().int().min(1).max(100_000_000).optional() }) },
  'GET /findings': { needs: 'viewer', query: rangeQuery.extend({ query: z.string().default(''), state: z.string().default(''), limit: z.coerce.number().int().min(1).max(1000).default(200) }), answer: findingList },
  'GET /findings/:id': { needs: 'viewer', answer: findingDetail },
  'POST /findings/:id/outcome': { needs: 'analyst', body: outcome, answer: findingRow },
  'POST /findings/:id/undo': { needs: 'analyst', answer: findingRow },
  'GET /ports': { needs: 'viewer', query: rangeQuery, answer: portsAtRisk },
  'GET /ports/:port': { needs: 'viewer', query: rangeQuery, answer: portPage },
  'GET /hosts/:src': { needs: 'viewer', query: rangeQuery, answer: hostPage },
  'POST /hosts/:src/tags': { needs: 'analyst', body: newTag },
  'DELETE /hosts/:src/tags/:value': { needs: 'analyst' },
  'GET /health': { needs: 'viewer', answer: health },
  'PATCH /sensors/:org/:name': { needs: 'administrator', body: setSensor },
  'POST /sensors/:org/:name/gaps': { needs: 'analyst', body: addGap },
  'GET /settings': { needs: 'viewer', answer: settings },
  'PUT /settings/:key': { needs: 'administrator', body: setSetting, answer: settings },
  'GET /sources/interfaces': { needs: 'analyst', answer: interfaces },
  'POST /sources/listen': { needs: 'administrator', body: startListen, answer: job },
  'POST /sources/replay': { needs: 'analyst', body: startReplay, answer: job },
  /** Body: the raw file (`application/octet-stream`), streamed; `?sensor=&name=`. */
  'POST /sources/upload': { needs: 'analyst', query: z.object({ sensor: z.string(), name: z.string().max(200).default('upload'), as: z.string().default('') }), answer: job },
  'DELETE /sources/jobs/:id': { needs: 'analyst' },
  'GET /keys': { needs: 'administrator', answer: keyList },
  'POST /keys': { needs: 'administrator', body: newKey, answer: createdKey },
  'DELETE /keys/:id': { needs: 'administrator' },
  'GET /people': { needs: 'administrator', answer: personList },
  'POST /people': { needs: 'administrator', body: newPerson, answer: createdPerson },
  'DELETE /people/:id': { needs: 'administrator' },
  'GET /audit': { needs: 'administrator', query: z.object({ before: z.coerce.number().optional(), limit: z.coerce.number().int().min(1).max(500).default(100) }), answer: auditList },
  'GET /views': { needs: 'viewer', answer: viewList },
  'POST /views': { needs: 'viewer', body: newView, answer: viewList },
  'DELETE /views/:id': { needs: 'viewer' },
  /** `text/event-stream`. */
  'GET /live': { needs: 'viewer' },
} as const;
