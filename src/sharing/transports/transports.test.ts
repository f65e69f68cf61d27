/** Claims about alerts and their ways out: a real HTTP server in another process, real programs, the real record store. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { manualClock, systemClock } from '../../core/clock.ts';
import { seededRng } from '../../core/rng.ts';
import type { OrgId } from '../../core/ids.ts';
import { AlertQueue, alertRouter, deadLetters, DEFAULT_POLICY, revive, type AlertMessage, type AlertSink } from '../../findings/alerts.ts';
import type { FindingDraft } from '../../findings/finding.ts';
import { findingStore } from '../../findings/store.ts';
import { openTemporaryRecords } from '../../records/store-temporary.ts';
import { commandSink } from './command-process.ts';
import { jsonLinesSink } from './json-lines.ts';
import { signature, verifySignature, webhookSink } from './webhook.ts';

const SECRET = 'a secret of enough length';
/** A receiver: prints each request as a JSON line, answers with the statuses of its argument in turn (the last one for ever). */
const RECEIVER = `
const statuses = process.argv[1].split(',').map(Number); let at = 0;
const server = require('node:http').createServer((req, res) => { let body = ''; req.on('data', (c) => { body += c; }); req.on('end', () => {
  const status = statuses[Math.min(at++, statuses.length - 1)];
  console.log(JSON.stringify({ headers: req.headers, body, url: req.url }));
  if (status === 0) return;
  res.writeHead(status, status === 429 ? { 'retry-after': '7' } : status === 302 ? { location: '/elsewhere' } : {}); res.end('because');
}); });
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));`;

async function receiver(statuses: string) {
  const child = spawn(process.execPath, ['-e', RECEIVER, statuses], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as { port: number; headers: Record<string, string>; body: string; url: string };
  const { port } = await next();
  return { url: `http://127.0.0.1:${port}/hook`, next, stop: () => child.kill() };
}

const message = { id: 'f00/raised', occasion: 'raised', atUs: 1, title: 't', advice: 'a', finding: {} } as unknown as AlertMessage;
const draft: FindingDraft = {
  name: 'port.distributed', engine: 'port-distributed', version: '1', org: 'local' as OrgId, subject: 'tcp/23', firstWindowUs: 1, fromUs: 1, toUs: 2, firstRaisedUs: 1, ports: ['tcp/23'], sensors: [],
  sources: 1, sourceList: ['192.0.2.1'], countries: [], sourceRole: 'scanner', score: 0.9, severity: 4, facts: {}, evidence: { query: 'port == 23', fromUs: 1, toUs: 2, figures: { n: 1 }, series: [] },
  marking: 'TLP:AMBER', ended: false, simulated: false,
};

test('a webhook arrives signed, and the signature holds only for its body, secret and time', async (t) => {
  const hook = await receiver('200');
  t.after(hook.stop);
  assert.deepEqual(await webhookSink({ name: 'w', url: hook.url, secret: SECRET, clock: systemClock }).send(message), { kind: 'delivered' });
  const { headers, body } = await hook.next(), header = headers['x-noroshi-signature'] as string, nowS = Math.floor(systemClock.nowUs() / 1e6);
  assert.equal(headers['x-noroshi-id'], message.id);
  assert.equal(verifySignature(SECRET, header, body, nowS), true);
  assert.equal(verifySignature(SECRET, header, `${body} `, nowS), false);
  assert.equal(verifySignature(`${SECRET}!`, header, body, nowS), false);
  assert.equal(verifySignature(SECRET, header, body, nowS + 1_000), false);
  assert.equal(verifySignature(SECRET, signature(SECRET, nowS, body).replace('v1=', 'v2='), body, nowS), false);
});

test('what a receiver answers decides between later and never; redirects are not followed', async (t) => {
  const hook = await receiver('503,429,400,302');
  t.after(hook.stop);
  const sink = webhookSink({ name: 'w', url: hook.url, secret: SECRET, clock: systemClock });
  assert.deepEqual(await sink.send(message), { kind: 'later', reason: 'HTTP 503: because' });
  assert.deepEqual(await sink.send(message), { kind: 'later', reason: 'HTTP 429: because', retryAfterMs: 7_000 });
  assert.equal((await sink.send(message)).kind, 'refused');
  assert.equal((await sink.send(message)).kind, 'refused');
});

test('a silent receiver and a closed port are tried later', async (t) => {
  const hook = await receiver('0');
  t.after(hook.stop);
  const clock = manualClock(1e15), silent = webhookSink({ name: 'w', url: hook.url, secret: SECRET, clock }).send(message);
  await hook.next();
  clock.advance(10_000);
  assert.equal((await silent).kind, 'later');
  assert.equal((await webhookSink({ name: 'w', url: 'http://127.0.0.1:9/', secret: SECRET, clock: systemClock }).send(message)).kind, 'later');
  assert.throws(() => webhookSink({ name: 'w', url: 'ftp://x/', secret: SECRET, clock }), { code: 'usage' });
});

test('a command gets the message on standard input, without a shell', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'noroshi-alert-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, '$(touch x);out'), path = process.env['PATH'] ?? '';
  assert.deepEqual(await commandSink({ name: 'c', command: ['tee', file], path, clock: systemClock }).send(message), { kind: 'delivered' });
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), message);
  const failing = await commandSink({ name: 'c', command: ['sh', '-c', 'echo no >&2; exit 3'], path, clock: systemClock }).send(message);
  assert.deepEqual(failing, { kind: 'later', reason: "'sh' exited with 3: no" });
  assert.equal((await commandSink({ name: 'c', command: ['/nowhere/at-all'], path, clock: systemClock }).send(message)).kind, 'later');
  const endless = await commandSink({ name: 'c', command: ['sleep', '60'], path, clock: systemClock, timeoutMs: 50 }).send(message);
  assert.match(endless.kind === 'later' ? endless.reason : '', /did not end in time/);
});

test('JSON lines are whole, and a full disc is tried later', async () => {
  const lines: string[] = [];
  assert.equal((await jsonLinesSink('j', (line) => { lines.push(line); }).send(message)).kind, 'delivered');
  assert.deepEqual(JSON.parse(lines[0] as string), message);
  assert.equal((await jsonLinesSink('j', () => { throw new Error('ENOSPC'); }).send(message)).kind, 'later');
});

test('an alert is told once, again until it arrives, and given up after twenty attempts', async (t) => {
  const clock = manualClock(1e15), records = await openTemporaryRecords(clock);
  t.after(() => records.close());
  const sent: AlertMessage[] = [];
  let answer: 'later' | 'delivered' = 'later';
  const sink: AlertSink = { name: 'mine', send: async (m) => { sent.push(m); return answer === 'later' ? { kind: 'later', reason: 'down' } : { kind: 'delivered' }; } };
  const findings = findingStore(records, { alertSinks: alertRouter([{ sink, policy: DEFAULT_POLICY }]) });
  const queue = new AlertQueue({ records, findings, sinks: [sink], clock, rng: seededRng('alerts') });
  await findings.accept([draft, draft, { ...draft, toUs: 9, sources: 2 }, { ...draft, severity: 1, subject: 'tcp/1' }, { ...draft, simulated: true, subject: 'tcp/2' }]);
  assert.equal(await queue.pump(), 0);
  assert.equal(sent.length, 1);
  assert.equal(await queue.pump(), 0);
  assert.equal(sent.length, 1, 'not before the delay is over');
  clock.advance(1_300);
  await queue.pump();
  assert.equal(sent.length, 2);
  assert.equal(sent[0]?.id, sent[1]?.id);
  for (let k = 0; k < 30; k++) { clock.advance(4_400_000); await queue.pump(); }
  assert.equal(sent.length, 20);
  const [dead] = await deadLetters(records);
  assert.equal(dead?.reason, 'down');
  answer = 'delivered';
  await revive(records, dead?.id as number);
  assert.equal(await queue.pump(), 1);
  assert.deepEqual(await deadLetters(records), []);
  await findings.accept([draft]);
  assert.equal(await queue.pump(), 0, 'told once');
  await queue.close();
});
