// A small server with seeded, realistic answers for every route of the portal's API, serving dist/web under a strict content policy.
// For developing the pages, their tests and screenshots of states that are hard to reach; it keeps nothing and knows no real address.
// `node scripts/web-fixture.mjs [--port N] [--mode normal|empty|error|slow|many|quiet|signed-out]`; from a test: `await startFixture({ mode })`.
import { createServer } from 'node:http';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'web');
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json' };
export const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const MINUTE = 60e6, HOUR = 3600e6, DAY = 86400e6;

/** mulberry32: small, seeded, good enough for pictures. */
function random(seed) { let a = seed >>> 0; return () => { a = (a + 0x6d2b79f5) | 0; let t = Math.imul(a ^ (a >>> 15), 1 | a); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; }; }
function hash(text) { let h = 2166136261; for (const c of text) h = Math.imul(h ^ c.charCodeAt(0), 16777619); return h >>> 0; }

const COUNTRIES = ['CN', 'US', 'IN', 'VN', 'BR', 'RU', 'TW', 'KR', 'ID', 'NL', 'DE', 'IR', 'TR', 'EG', 'AR', 'MX', 'GB', 'FR', 'JP', 'TH', 'UA', 'PK', 'ZA', 'CO', 'KE', 'AU', 'PL', 'IT', 'SG', 'HK', 'BG', 'RO', 'SE', 'PE', 'SA'];
const RISING = ['VN', 'BR', 'TW', 'KR', 'TR', 'EG', 'CN', 'IN', 'TH', 'ID', 'AR', 'UA', 'CO', 'ZA'];
const SENSORS = ['tokyo', 'osaka', 'sendai'];
const PORTS = [['tcp/23', 'telnet', 28114, 1.04, ['mirai', 0.71, 'hajime', 0.05]], ['tcp/9530', '', 118, 59, []], ['tcp/22', 'ssh', 6120, 0.98, ['masscan', 0.12, 'zmap', 0.1]], ['tcp/445', 'microsoft-ds', 5044, 1.01, []], ['tcp/8728', 'routeros-api', 912, 1.38, ['zmap', 0.61]], ['udp/53413', 'netis', 488, 1.02, ['netis', 0.96]], ['tcp/3389', 'rdp', 455, 0.92, ['nmap', 0.03]], ['tcp/80', 'http', 2210, 0.99, ['zmap', 0.2, 'masscan', 0.08]], ['tcp/2323', 'telnet-alt', 3090, 1.06, ['mirai', 0.83]], ['tcp/5555', 'adb', 702, 1.1, ['adbhoney', 0.2]], ['udp/5060', 'sip', 344, 0.95, ['sipvicious', 0.7]], ['tcp/37215', '', 290, 1.21, ['mirai', 0.9]], ['tcp/8080', 'http-alt', 1804, 1.03, ['zmap', 0.15]], ['udp/123', 'ntp', 120, 0.7, []], ['tcp/6379', 'redis', 401, 1, ['masscan', 0.4]], ['icmp/8/0', 'echo request', 870, 1.02, []]];
const TOOLS = ['mirai', '', 'masscan', 'zmap', 'hajime', '', 'nmap', ''];

function address(r) { return r() < 0.5 ? `198.51.100.${1 + Math.floor(r() * 254)}` : r() < 0.7 ? `203.0.113.${1 + Math.floor(r() * 254)}` : `192.0.2.${1 + Math.floor(r() * 254)}`; }
function daily(us) { return 1 + 0.32 * Math.cos(((us / DAY) * 24 - 5) * (Math.PI / 12)); }
function band(fromUs, toUs, n, level, lift, seed) {
  const r = random(seed), step = (toUs - fromUs) / n;
  return Array.from({ length: n }, (_, i) => {
    const atUs = Math.round(fromUs + i * step), mid = level * daily(atUs), value = mid * (1 + (r() - 0.5) * 0.1) * (i > n * 0.86 ? 1 + lift * ((i / n - 0.86) / 0.14) : 1);
    return { atUs, value: Math.round(value), low: Math.round(mid * 0.87), high: Math.round(mid * 1.13) };
  });
}

export async function startFixture({ port = 0, mode = 'normal', nowMs = Date.now() } = {}) {
  const state = { mode, role: 'administrator', language: 'en', hasPassword: true, decided: new Map(), undo: new Map(), tags: [{ value: 'seen-before', field: 'src', by: 'Akari', reason: 'ticket of last week', fromUs: 0, toUs: 0 }], views: [{ id: 'v1', name: 'Mirai on telnet', query: 'port == tcp/23 && tool == mirai', from: 'now-1d', to: '', kind: 'view' }], keys: [], people: [], jobs: [], settings: null, replayed: false, asked: [], extra: [] };
  const started = nowMs * 1000, offset = Date.now() - nowMs;
  const now = () => (Date.now() - offset) * 1000;
  const streams = new Set();

  const moment = (text, fallback) => {
    if (!text) return fallback;
    const relative = /^now(?:-(\d+)([smhdw]))?$/.exec(text);
    if (relative) return now() - Number(relative[1] ?? 0) * { s: 1e6, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY }[relative[2] ?? 's'];
    const ms = Date.parse(text);
    if (Number.isNaN(ms)) throw refusal(400, 'time', `'${text}' is not a time`, 'Write now-1h or 2026-01-31T12:00:00Z.');
    return Math.max(ms * 1000, now() - 30 * DAY);
  };
  const rangeOf = (q) => { const toUs = moment(q.get('to'), now()); return { fromUs: Math.min(moment(q.get('from'), toUs - HOUR), toUs - 1e6), toUs }; };
  const check = (q) => { const e = errorIn(q.get('query') ?? ''); if (e) throw refusal(400, 'query', e.message, 'See the help of the query language.', e.at); };

  function findings() {
    if (state.mode === 'quiet' || (state.mode === 'empty' && !state.replayed)) return [];
    const t0 = started;
    const make = (i, name, subject, severity, minutesAgo, sources, sensors, facts, extra = {}) => ({
      id: hash(`${name} ${subject} ${i}`).toString(16).padStart(8, '0').repeat(2), name, engine: { 'port.distributed': 'port-distributed', 'sync.global': 'global-sync', 'dos.victim': 'backscatter', 'tool.new': 'new-tool', 'sensor.outage': 'sensor-outage' }[name] ?? 'scan-events', subject,
      fromUs: t0 - minutesAgo * MINUTE - 20 * MINUTE, toUs: t0 - Math.max(0, minutesAgo - 30) * MINUTE, firstRaisedUs: t0 - minutesAgo * MINUTE, ports: /^(tcp|udp)\//.test(subject) ? [subject.split('@')[0]] : [], sensors: sensors.map((s) => `local/${s}`), sources, countries: RISING.slice(0, Math.min(14, Math.max(1, Math.round(sources / 8)))),
      score: 0.5 + 0.09 * severity, severity, why: '', facts, state: 'open', ended: false, simulated: true, marking: 'TLP:AMBER', sourceRole: 'scanner', ...extra,
    });
    const list = [
      make(0, 'sync.global', 'tcp/9530@osaka,tokyo', 5, 8, 118, ['tokyo', 'osaka'], { port: 'tcp/9530', ratio: 3, sensors: 2, observing: 3, toleranceMinutes: 60, first: 'tokyo', leadMinutes: 51 }),
      make(1, 'port.distributed', 'tcp/9530', 5, 13, 118, ['tokyo', 'osaka'], { port: 'tcp/9530', count: 118, unit: '1 min', mean: 2, sources: 118, countries: 14, sensors: 2 }),
      make(2, 'dos.victim', '203.0.113.80', 4, 21, 1, SENSORS, { victim: '203.0.113.80', packets: 48210, service: 'tcp/443', seconds: 940, peak: 4100, preset: 'RSDoS' }, { sourceRole: 'victim', countries: ['DE'], ports: ['tcp/443'] }),
      make(3, 'port.distributed', 'tcp/8728', 3, 74, 31, ['osaka'], { port: 'tcp/8728', count: 31, unit: '1 min', mean: 9, sources: 31, countries: 6, sensors: 1 }),
      make(4, 'tool.new', 'hajime@sendai', 3, 48, 31, ['sendai'], { tool: 'hajime', sensor: 'sendai', days: 28, sources: 31, port: 'tcp/5358' }, { ports: ['tcp/5358'] }),
      make(5, 'scan.horizontal', '198.51.100.77', 2, 95, 1, SENSORS, { source: '198.51.100.77', port: 'tcp/22', destinations: 254, packets: 1270, rate: 80200, preset: 'Durumeric 2014' }, { ports: ['tcp/22'], countries: ['NL'] }),
      make(6, 'sensor.outage', 'osaka', 3, 130, 0, ['osaka'], { sensor: 'osaka', minutes: 4, expected: 9120 }, { countries: [], ended: true, sourceRole: 'unknown' }),
      make(7, 'scan.source', '192.0.2.18', 2, 160, 1, ['tokyo'], { source: '192.0.2.18', packets: 88120, destinations: 4096, ports: 1024, preset: 'aggressive hitters' }, { countries: ['US'] }),
      make(8, 'scan.vertical', '198.51.100.9', 1, 200, 1, ['sendai'], { source: '198.51.100.9', ports: 1000, what: 'tcp ports', destination: '192.0.2.53', seconds: 12, technique: 'SYN' }, { countries: ['FR'], ended: true }),
      make(9, 'scan.source', '203.0.113.200', 1, 29, 64, SENSORS, { source: '203.0.113.200', packets: 120400, destinations: 65536, ports: 65535, preset: 'research list' }, { state: 'benign', sourceRole: 'research', ended: true, countries: ['US'] }),
      make(10, 'port.spike', 'tcp/7547', 3, 2000, 830, SENSORS, { port: 'tcp/7547', sources: 830, day: '2026-11-20', limit: 410 }, { state: 'true', ended: true }),
      make(11, 'scan.horizontal', '192.0.2.140', 2, 1500, 1, ['tokyo'], { source: '192.0.2.140', port: 'tcp/5900', destinations: 250, packets: 500, rate: 9000, preset: 'Durumeric 2014' }, { state: 'snoozed', ports: ['tcp/5900'] }),
    ];
    if (state.mode === 'many') for (let i = 0; i < 400; i++) { const r = random(i); list.push(make(100 + i, 'scan.horizontal', address(r) + (i > 150 ? '' : ''), 1 + Math.floor(r() * 3), 240 + i * 7, 1, [SENSORS[i % 3]], { source: address(random(i)), port: PORTS[i % PORTS.length][0], destinations: 254, packets: 900 + i, rate: 4000, preset: 'Durumeric 2014' }, { ports: [PORTS[i % PORTS.length][0]], countries: ['CN'] })); }
    return [...state.extra, ...list].map((x) => ({ ...x, why: `${x.subject}: see figures.`, state: state.decided.get(x.id) ?? x.state }));
  }
  const found = (id) => { const x = findings().find((y) => y.id === id); if (!x) throw refusal(404, 'not-found', `There is no finding '${id}'.`, ''); return x; };
  const portRows = () => PORTS.map(([p, service, hosts, ratio, tools], i) => ({
    port: p, service, hosts, packets: hosts * 7, ratio: p === 'tcp/6379' ? null : ratio, trend: band(now() - DAY, now(), 48, 100, ratio > 1.3 ? Math.min(ratio, 2) : 0, i + 5).map((x) => x.value),
    tools: tools.length === 0 ? [{ tool: '', share: 1 }] : Array.from({ length: tools.length / 2 }, (_, k) => ({ tool: tools[k * 2], share: tools[k * 2 + 1] })), firstSensor: `local/${SENSORS[i % 3]}`, firstUs: now() - (51 + i) * MINUTE, raised: ratio > 1.3,
  }));
  const observation = (i, from, to) => {
    const r = random(i * 7919 + 13), spec = PORTS[Math.floor(r() ** 2 * PORTS.length)], atUs = Math.round(to - ((i + 0.5) / 4000) * (to - from)), tool = spec[0] === 'tcp/23' ? TOOLS[Math.floor(r() * 2)] : TOOLS[Math.floor(r() * TOOLS.length)];
    const icmp = spec[0].startsWith('icmp');
    return { at: new Date(atUs / 1000).toISOString(), atUs, org: 'local', sensor: SENSORS[i % 3], region: '192.0.2.0/24', kind: icmp ? 'darknet.icmp.echo' : 'darknet.packet.seen', src: address(r), dst: `192.0.2.${1 + Math.floor(r() * 254)}`, sport: icmp ? 0 : 1024 + Math.floor(r() * 64000), port: spec[0], proto: spec[0].split('/')[0], ttl: 30 + Math.floor(r() * 90), ipid: Math.floor(r() * 65536), window: 1024 + Math.floor(r() * 60000), flags: 'S', seq: Math.floor(r() * 4294967295), length: 40 + Math.floor(r() * 20), ...(i % 9 === 0 ? { payload: 'GET /shell?cd+/tmp HTTP/1.1\\r\\nHost: 192.0.2.7\\r\\n' } : {}), tool, label: ['unexplained', 'known-malware', 'research', 'backscatter'][Math.floor(r() * 4)], role: ['scanner', 'scanner', 'research', 'victim'][Math.floor(r() * 4)], country: COUNTRIES[Math.floor(r() ** 1.6 * COUNTRIES.length)], asn: 64496 + Math.floor(r() * 15), tags: i % 7 === 0 ? ['seen-before'] : [] };
  };
  const settings = () => (state.settings ??= [
    { key: 'engines.port-distributed.alpha', value: 1e-6, default: 1e-6, about: 'Tail probability below which a port is raised.', kind: 'number', changedUs: null, changedBy: '' },
    { key: 'retention.days', value: 90, default: 0, about: 'Days after which packets are removed; 0 keeps them. Rollups stay.', kind: 'number', changedUs: started - 3 * DAY, changedBy: 'Akari' },
    { key: 'alerts.webhook.url', value: '', default: '', about: 'Where new findings are posted, signed.', kind: 'text', changedUs: null, changedBy: '' },
    { key: 'screening.research', value: true, default: true, about: 'Set research scanners apart before the engines look.', kind: 'boolean', changedUs: null, changedBy: '' },
  ]);
  const gap = { fromUs: Math.floor(started / DAY) * DAY + 2.16 * HOUR, toUs: Math.floor(started / DAY) * DAY + 2.24 * HOUR, reason: 'link maintenance' };
  const empty = () => state.mode === 'empty' && !state.replayed;

  const routes = {
    'GET /me': () => ({ person: 'p1', name: 'Akari', email: '', language: state.language, role: state.role, org: 'local', orgs: ['local'], hasPassword: state.hasPassword, empty: empty(), version: '0.1.0' }),
    'POST /session/link': (_q, b) => { if (b.token !== 'demo') throw refusal(401, 'link', 'This link does not work any more.', 'Make a new one.'); if (state.mode === 'signed-out') state.mode = 'normal'; return routes['GET /me'](); },
    'POST /session': (_q, b) => { if (b.password !== 'correct horse battery') throw refusal(401, 'password', 'Name or password is not right.', ''); if (state.mode === 'signed-out') state.mode = 'normal'; return routes['GET /me'](); },
    'DELETE /session': () => { state.mode = 'signed-out'; return null; },
    'PUT /me/password': () => { state.hasPassword = true; return null; },
    'PATCH /me': (_q, b) => { state.language = b.language ?? state.language; return routes['GET /me'](); },
    'GET /now': (q) => {
      const { fromUs, toUs } = rangeOf(q), list = findings();
      const r = random(9);
      const quiet = list.length === 0;
      return { fromUs, toUs, sensors: 3, live: !q.get('to'), simulated: true, hosts: 41208, packets: 66_247_200, hostsNormal: quiet ? 41000 : 36793, packetsPerSecond: band(toUs - DAY, toUs, 144, 17400, 0.02, 1), hostsPerMinute: band(toUs - DAY, toUs, 144, 8100, quiet ? 0 : 0.22, 2), portsAbove: band(toUs - DAY, toUs, 144, 0, 0, 3).map((p, i) => ({ ...p, value: quiet ? 0 : i > 130 ? 2 : i % 41 === 7 ? 1 : 0, low: 0, high: 1 })),
        map: COUNTRIES.map((country, i) => ({ country, hosts: Math.round((9000 / (i + 1)) * (0.7 + r() * 0.6)), packets: 90000, ratio: ['VN', 'TW'].includes(country) && !quiet ? 3.4 : country === 'BR' && !quiet ? 1.7 : 0.75 + r() * 0.5 })), ports: portRows().slice(0, 12), changes: [...list].filter((x) => x.firstRaisedUs > toUs - DAY).sort((a, b) => b.firstRaisedUs - a.firstRaisedUs).slice(0, 5), headline: list.find((x) => x.severity === 5) ?? null };
    },
    'GET /observations': (q) => {
      check(q);
      const { fromUs, toUs } = rangeOf(q), before = Number(q.get('beforeUs') ?? Infinity), limit = Number(q.get('limit') ?? 200), none = (q.get('query') ?? '').includes('country == XX');
      const rows = [];
      for (let i = 0; i < 4000 && rows.length < limit && !none; i++) { const row = observation(i, fromUs, toUs); if (row.atUs < before && matches(row, q.get('query') ?? '')) rows.push(row); }
      return { fromUs, toUs, rows, more: rows.length === limit };
    },
    'GET /observations/count': (q) => {
      check(q);
      const { fromUs, toUs } = rangeOf(q), by = q.get('by') ?? '', counts = new Map();
      for (let i = 0; i < 1500; i++) { const row = observation(i, fromUs, toUs); if (!matches(row, q.get('query') ?? '')) continue; const key = by.split(',').map((f) => row[f]).join('\t'); const c = counts.get(key) ?? { n: 0, s: new Set() }; c.n++; c.s.add(row.src); counts.set(key, c); }
      return { fromUs, toUs, rows: [...counts].sort((a, b) => b[1].n - a[1].n).slice(0, Number(q.get('limit') ?? 20)).map(([key, c]) => ({ ...Object.fromEntries(by === '' ? [] : by.split(',').map((f, i) => [f, key.split('\t')[i]])), packets: c.n * 412, records: c.n * 412, sources: c.s.size * 9 })) };
    },
    'GET /observations/histogram': (q) => {
      check(q);
      const { fromUs, toUs } = rangeOf(q), bins = Number(q.get('bins') ?? 200), scale = (q.get('query') ?? '') === '' ? 1 : 0.12, none = (q.get('query') ?? '').includes('country == XX');
      const packets = band(fromUs, toUs, bins, none ? 0 : (18400 * scale * (toUs - fromUs)) / 1e6 / bins, 0.1, hash(q.get('query') ?? '') + 4).map((p) => p.value), total = packets.reduce((a, b) => a + b, 0);
      return { fromUs, toUs, binUs: (toUs - fromUs) / bins, packets, records: packets.map(() => 0), sources: packets.map((p) => Math.round(p / 9)), totalPackets: total, totalRecords: 0, totalSources: none ? 0 : Math.round(41208 * Math.sqrt(scale)), approximate: scale === 1 };
    },
    'GET /observations/complete': (q) => {
      const text = q.get('text') ?? '', at = Number(q.get('at') ?? text.length), word = /[A-Za-z.]*$/.exec(text.slice(0, at))?.[0] ?? '', from = at - word.length;
      const value = /(port|tool|country|label|role|sensor)\s*(==|!=)\s*$/.exec(text.slice(0, from))?.[1];
      const words = value === undefined ? [['port', 'destination port: 23 or tcp/23'], ['src', 'source address or network'], ['tool', 'tool or malware family'], ['country', 'country of the source'], ['sensor', 'telescope'], ['label', 'screening'], ['role', 'attacker, scanner, victim …'], ['proto', 'protocol'], ['at', 'time, such as now-1d']]
        : { port: ['tcp/23', 'tcp/22', 'tcp/9530'], tool: ['mirai', 'masscan', 'zmap'], country: ['JP', 'CN', 'US'], label: ['unexplained', 'research', 'backscatter'], role: ['scanner', 'victim', 'research'], sensor: SENSORS }[value].map((x) => [x, value]);
      return { items: words.filter(([w]) => w.startsWith(word) && w !== word).map(([w, about]) => ({ text: value === undefined ? `${w} == ` : w, from, to: at, about })), error: errorIn(text) };
    },
    'GET /findings': (q) => {
      check(q);
      const list = findings(), counts = {};
      for (const x of list) counts[x.state] = (counts[x.state] ?? 0) + 1;
      const wanted = q.get('state') ?? '', query = q.get('query') ?? '', port = /port == (\S+)/.exec(query)?.[1], names = [...query.matchAll(/name == "?([\w.-]+)/g)].map((m) => m[1]);
      const shown = list.filter((x) => (wanted === '' || x.state === wanted) && (names.length === 0 || names.includes(x.name)) && (port === undefined || x.ports.some((p) => p === port || p.endsWith(`/${port}`)))).sort((a, b) => b.severity - a.severity || b.firstRaisedUs - a.firstRaisedUs);
      return { findings: shown.slice(0, Number(q.get('limit') ?? 200)), counts, more: shown.length > Number(q.get('limit') ?? 200) };
    },
    'GET /findings/:id': (_q, _b, { id }) => {
      const finding = found(id), r = random(hash(id)), slots = 44, hosts = Array.from({ length: Math.min(28, Math.max(1, finding.sources)) }, () => address(r));
      const packets = hosts.flatMap((_, h) => Array.from({ length: slots }, (_, s) => (s > 14 + h * 0.45 ? ((s * 2 + (h % 3)) % 3 === 0 ? (r() < 0.5 ? 12 : 6) : r() < 0.35 ? 2 : 0) : r() < 0.03 ? 1 : 0)));
      return { finding, version: `${finding.engine}/1 alpha=1e-6`, source: 'NICTER distributed-attack detection; learned distribution of unique sources', about: 'Unique sources of a destination port in a unit of time against the port’s own learned distribution.',
        evidence: { query: finding.ports[0] ? `port == ${finding.ports[0]} && label == unexplained` : `src == ${finding.subject.split('@')[0]}`, fromUs: finding.fromUs, toUs: finding.toUs, figures: { uniqueSources: finding.sources, baselineMedian: 2, tailProbability: 3e-9, windowSeconds: 60, preset: 'default' }, series: band(finding.fromUs - 4 * HOUR, finding.toUs, 90, 20, 4, hash(id)) },
        sourceList: finding.sources === 0 ? [] : hosts.map((src, i) => ({ src, country: RISING[i % 14], asn: 64496 + (i % 15), packets: 400 - i * 9, firstUs: finding.fromUs + i * MINUTE, lastUs: finding.toUs })), moreSources: finding.sources > hosts.length,
        matrix: finding.sources === 0 ? { hosts: [], slotUs: MINUTE, fromUs: finding.fromUs, slots: 0, packets: [] } : { hosts, slotUs: MINUTE, fromUs: finding.fromUs, slots, packets }, history: state.decided.has(id) ? [{ atUs: now(), person: 'Akari', action: state.decided.get(id), reason: '' }] : [],
        like: finding.name === 'port.distributed' ? [{ id: findings()[10].id, fromUs: started - 19 * DAY, state: 'true', reason: 'followed by a vulnerability within three weeks' }] : [] };
    },
    'POST /findings/:id/outcome': (_q, b, { id }) => { const x = found(id); state.undo.set(id, x.state); state.decided.set(id, b.outcome); send('changed', { what: 'findings' }); return found(id); },
    'POST /findings/:id/undo': (_q, _b, { id }) => { state.decided.set(id, state.undo.get(id) ?? 'open'); send('changed', { what: 'findings' }); return found(id); },
    'GET /ports': (q) => ({ ...rangeOf(q), rows: portRows().map((row, i) => ({ ...row, tail: i === 14 ? null : row.raised ? (i === 1 ? 3e-9 : 4e-7) : 0.04 + (i * 0.061) % 0.9, median: i === 14 ? null : Math.round(row.hosts / (row.ratio ?? 1)), finding: findings().find((x) => x.ports.includes(row.port) && x.name === 'port.distributed')?.id ?? null, countries: RISING.slice(0, 2 + (i % 8)) })), global: findings().filter((x) => x.name === 'sync.global') }),
    'GET /ports/:port': (q, _b, { port: name }) => {
      const range = rangeOf(q), text = name.replace('-', '/'), row = portRows().find((p) => p.port === text);
      if (!row) return { port: text, service: '', ...range, hosts: 0, packets: 0, series: [], countries: [], tools: [], sensors: [], topHosts: [], findings: [] };
      const r = random(hash(text));
      return { port: text, service: row.service, ...range, hosts: row.hosts, packets: row.packets, series: band(range.fromUs, range.toUs, 120, row.hosts / 3, row.raised ? 2 : 0, hash(text)), countries: RISING.map((country, i) => ({ country, hosts: Math.max(1, Math.round(row.hosts / (i + 3))) })), tools: row.tools.map((t) => ({ tool: t.tool, hosts: Math.round(t.share * row.hosts), packets: Math.round(t.share * row.packets) })), sensors: SENSORS.slice(0, row.raised ? 2 : 3).map((s, i) => ({ sensor: `local/${s}`, hosts: Math.round(row.hosts / (i + 1)), firstUs: range.fromUs + i * 51 * MINUTE })), topHosts: Array.from({ length: 12 }, (_, i) => ({ src: address(r), country: RISING[i], asn: 64500 + i, packets: 900 - i * 60 })), findings: findings().filter((x) => x.ports.includes(text)) };
    },
    'GET /hosts/:src': (q, _b, { src }) => {
      const range = rangeOf(q), r = random(hash(src)), none = src === '192.0.2.255';
      return { src, ...range, country: none ? '' : 'VN', asn: none ? 0 : 64501, asName: none ? '' : 'Example Telecom', roles: none ? [] : src === '203.0.113.80' ? ['victim'] : ['scanner'], labels: none ? [] : ['unexplained'], tools: none ? [] : ['mirai'], packets: none ? 0 : 2210, records: none ? 0 : 2210, firstUs: range.fromUs, lastUs: range.toUs, timeline: none ? [] : SENSORS.map((sensor) => ({ sensor: `local/${sensor}`, bins: Array.from({ length: 96 }, (_, i) => (i > 50 || r() < 0.1 ? Math.floor(r() * 40) : 0)) })), binUs: (range.toUs - range.fromUs) / 96, ports: none ? [] : [{ port: 'tcp/23', packets: 1800, records: 1800 }, { port: 'tcp/2323', packets: 300, records: 300 }, { port: 'tcp/9530', packets: 110, records: 110 }], kinds: none ? [] : [{ kind: 'darknet.packet.seen', records: 2210 }], findings: none ? [] : findings().slice(0, 2), tags: state.tags };
    },
    'POST /hosts/:src/tags': (_q, b) => { state.tags.push({ value: b.value, field: 'src', by: 'Akari', reason: b.reason ?? '', fromUs: now(), toUs: 0 }); return null; },
    'DELETE /hosts/:src/tags/:value': (_q, _b, { value }) => { state.tags = state.tags.filter((t) => t.value !== value); return null; },
    'GET /health': () => ({ nowUs: now(), sensors: empty() ? [] : SENSORS.map((name, i) => ({ id: `local/${name}`, org: 'local', name, country: 'JP', zone: 'Asia/Tokyo', regions: [`192.0.2.${i * 64}/26`, ...(i === 0 ? ['198.51.100.0/24'] : [])], simulated: true, state: i === 2 ? 'quiet' : 'live', lastUs: now() - (i + 1) * 0.4e6, firstUs: started - 40 * DAY, packets: 410e6 / (i + 1), records: 410e6 / (i + 1), lagMs: 300 + i * 250, dropped: i === 1 ? 42 : 0, gaps: i === 1 ? [gap, { fromUs: gap.fromUs - 5 * HOUR, toUs: gap.fromUs - 4.3 * HOUR, reason: 'power' }] : [], perHour: band(now() - DAY, now(), 24, 60000, 0, i + 30).map((p) => p.value) })),
      engines: [['port-distributed', 'Unique sources of a port against its learned distribution.', 'NICTER distributed-attack detection', MINUTE], ['global-sync', 'The same port growing at several sensors.', 'Increase ratio of hosts, NICTER', 10 * MINUTE], ['scan-events', 'Sources that ask many addresses.', 'Durumeric et al., USENIX Security 2014', MINUTE], ['backscatter', 'Victims by the replies they scatter.', 'Moore et al., ACM TOCS 24(2), 2006', MINUTE]].map(([name, about, source, windowUs], i) => ({ name, about, source, windowUs, lastUs: now() - windowUs, behindMs: 120 * i, findings: 3 + i })),
      store: { engine: 'chDB 3.4.0', bytes: 9.1e9, packets: 410e6, records: 411e6, freeBytes: 212e9 }, tables: [{ name: '@ip-location-db/geo-whois-asn-country', licence: 'CC0-1.0', date: '2026-06-17' }, { name: '@ip-location-db/asn', licence: 'CC BY 4.0', date: '2026-06-17' }, { name: 'world-atlas (Natural Earth)', licence: 'ISC; public domain', date: '2.0.2' }], jobs: state.jobs, defects: empty() ? [] : [{ path: 'cowrie.json', sensor: 'sendai', line: 1042, reason: 'not a JSON object', quote: '{"eventid": "cowrie.session.conn' }] }),
    'GET /settings': () => ({ settings: settings() }),
    'PUT /settings/:key': (_q, b, { key }) => { Object.assign(settings().find((s) => s.key === key) ?? {}, { value: b.value, changedUs: now(), changedBy: 'Akari' }); return { settings: settings() }; },
    'PATCH /sensors/:org/:name': () => null, 'POST /sensors/:org/:name/gaps': () => null,
    'GET /sources/interfaces': () => ({ interfaces: [{ name: 'eth0', addresses: ['192.0.2.10'] }, { name: 'lo', addresses: ['127.0.0.1'] }], possible: true, reason: '' }),
    'POST /sources/listen': () => job('listen', 'eth0'), 'POST /sources/replay': () => { setTimeout(() => { state.replayed = true; }, 400); return job('replay', 'demo-day'); }, 'POST /sources/upload': (q) => { setTimeout(() => { state.replayed = true; }, 400); return job('read', q.get('name') ?? ''); }, 'DELETE /sources/jobs/:id': () => null,
    'GET /keys': () => ({ keys: [{ id: 'k-7f31', role: 'viewer', org: 'local', createdUs: started - 9 * DAY, lastUsedUs: started - HOUR, by: 'Akari' }, ...state.keys] }),
    'POST /keys': (_q, b) => { const id = `k-${hash(String(state.keys.length)).toString(16).slice(0, 4)}`; state.keys.push({ id, role: b.role, org: 'local', createdUs: now(), lastUsedUs: null, by: 'Akari' }); return { id, key: `nrs_${'x'.repeat(32)}` }; },
    'DELETE /keys/:id': (_q, _b, { id }) => { state.keys = state.keys.filter((k) => k.id !== id); return null; },
    'GET /people': () => ({ people: [{ id: 'p1', name: 'Akari', role: 'administrator', org: 'local', createdUs: started - 40 * DAY, lastSeenUs: now() }, { id: 'p2', name: '佐藤 健', role: 'analyst', org: 'local', createdUs: started - 20 * DAY, lastSeenUs: null }, ...state.people] }),
    'POST /people': (_q, b) => { state.people.push({ id: `p${state.people.length + 3}`, name: b.name, role: b.role, org: 'local', createdUs: now(), lastSeenUs: null }); return { id: 'p3', link: 'http://127.0.0.1:8787/sign-in#token=once' }; },
    'DELETE /people/:id': () => null,
    'GET /audit': (q) => { const top = Number(q.get('before') ?? 151); const entries = Array.from({ length: Math.min(100, top - 1) }, (_, i) => ({ seq: top - 1 - i, atUs: started - (151 - top + i + 1) * 17 * MINUTE, person: i % 3 ? 'Akari' : '佐藤 健', action: ['finding.outcome', 'observations.export', 'settings.set', 'session.link'][i % 4], subject: ['#4f1c22aa', 'port == tcp/23', 'retention.days', 'p1'][i % 4], detail: ['true', '10,000 rows', '0 → 90', ''][i % 4] })); return { entries, intact: true, more: (entries.at(-1)?.seq ?? 1) > 1 }; },
    'GET /views': () => ({ views: state.views }), 'POST /views': (_q, b) => { state.views.push({ id: `v${state.views.length + 1}`, ...b }); return { views: state.views }; }, 'DELETE /views/:id': () => null,
  };
  function job(kind, label) {
    const entry = { id: `j${state.jobs.length + 1}`, kind, label, state: 'running', done: 0, total: 1000, message: '', startedUs: now() };
    state.jobs.push(entry);
    const timer = setInterval(() => { entry.done += 250; if (entry.done >= 1000) { entry.state = 'done'; clearInterval(timer); } send('job', { ...entry, startedUs: undefined }); }, 250);
    return { id: entry.id };
  }
  function send(event, data) { for (const s of streams) s.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`); }
  const counters = () => { const r = random(Math.floor(now() / 1e6)); return { nowUs: now(), packetsPerSecond: Math.round(18000 + r() * 800), hostsPerMinute: Math.round(9200 + r() * 240), lagMs: Math.round(700 + r() * 200), sensorsLive: empty() ? 0 : 3, lastUs: empty() ? null : now() }; };
  const beat = setInterval(() => send('counters', counters()), 1000);

  const table = Object.keys(routes).map((key) => { const [method, path] = key.split(' '); const names = []; return { key, method, names, shape: new RegExp(`^${path.replace(/:(\w+)/g, (_, n) => { names.push(n); return '([^/]+)'; })}$`) }; });
  const server = createServer((request, response) => {
    void answer(request, response).catch((error) => {
      const status = error.status ?? 500;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { code: error.code ?? 'fault', message: error.message, remedy: error.remedy ?? '', ...(error.at === undefined ? {} : { at: error.at }) } }));
    });
  });
  async function answer(request, response) {
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (!url.pathname.startsWith('/api/v1/')) return serveFile(url.pathname, response);
    const path = url.pathname.slice('/api/v1'.length);
    state.asked.push(`${request.method} ${path}${url.search}`);
    if (state.mode === 'signed-out' && !path.startsWith('/session')) throw refusal(401, 'signed-out', 'Sign in first.', '');
    if (state.mode === 'slow' && path !== '/me') await new Promise((go) => setTimeout(go, 2500));
    if (state.mode === 'error' && path !== '/me' && path !== '/live') throw refusal(500, 'store', 'The event store did not answer.', 'Look at the log of the server, then try again.');
    if (path === '/live') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`event: counters\ndata: ${JSON.stringify(counters())}\n\n`);
      streams.add(response);
      request.on('close', () => streams.delete(response));
      return;
    }
    if (path === '/observations/export') { response.writeHead(200, { 'content-type': 'application/x-ndjson', 'content-disposition': 'attachment' }).end('{}\n'); return; }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = String(request.headers['content-type'] ?? '').includes('json') ? JSON.parse(Buffer.concat(chunks).toString() || '{}') : {};
    for (const { key, method, names, shape } of table) {
      const hit = method === request.method ? shape.exec(path) : null;
      if (!hit) continue;
      const result = routes[key](url.searchParams, body, Object.fromEntries(names.map((n, i) => [n, decodeURIComponent(hit[i + 1])])));
      if (result === null) response.writeHead(204).end(); else response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(result));
      return;
    }
    throw refusal(404, 'no-route', `There is no route ${request.method} ${path}.`, '');
  }
  function serveFile(path, response) {
    const wanted = join(web, normalize(path));
    const file = wanted.startsWith(web) && extname(path) !== '' && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(web, 'index.html');
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'cache-control': file.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache' });
    createReadStream(file).pipe(response);
  }
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url, state, send, push: (finding) => { state.extra.push(finding); send('finding', finding); }, findings,
    async close() { clearInterval(beat); for (const s of streams) s.end(); server.closeAllConnections(); await new Promise((done) => server.close(done)); },
  };
}

function refusal(status, code, message, remedy, at) { return Object.assign(new Error(message), { status, code, remedy, at }); }
/** Finds the first thing the fixture's tiny reading of the language does not understand. */
function errorIn(text) {
  if (text.trim() === '') return null;
  const bad = /[$%]|==\s*(?:&&|\|\||$)|&&\s*$|\(\s*$/.exec(text);
  return bad ? { message: bad[0].startsWith('==') ? 'A value is missing after ==' : bad[0].startsWith('&&') ? 'A condition is missing after &&' : `'${bad[0]}' is not expected here`, at: bad.index + (bad[0].startsWith('==') ? 2 : 0) } : null;
}
/** Understands `field == value` and `field != value` joined by &&; enough to see that a filter arrives. */
function matches(row, query) {
  return query.split('&&').every((part) => { const m = /^\s*\(?(\w+)\s*(==|!=)\s*"?([^"\s)]+)"?/.exec(part); if (!m) return true; const value = String(row[m[1]] ?? ''); const same = m[1] === 'port' ? value === m[3] || value.endsWith(`/${m[3]}`) : value === m[3]; return m[2] === '==' ? same : !same; });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flag = (name, fallback) => { const i = process.argv.indexOf(`--${name}`); return i < 0 ? fallback : process.argv[i + 1]; };
  const fixture = await startFixture({ port: Number(flag('port', '8790')), mode: flag('mode', 'normal') });
  console.log(JSON.stringify({ ready: true, url: fixture.url }));
}
