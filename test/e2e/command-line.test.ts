/**
 * The command line's promises, kept by the real program: counts, duplicates, resuming, exit codes, the owner's socket.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { needs } from '../needs.ts';
import { run, runJson, start, temporaryDir, until } from './program.ts';

interface ReadResult { files: number; packets: number; records: number; defects: number; duplicates: number; fromUs: number; toUs: number }
interface Count { packets: number; records: number; sources: number }

/** One simulated hour of three sensors, made once for this file. */
let madeHour: Promise<{ dir: string; files: string[]; packets: number }> | null = null;
function hour(t: { after(done: () => void): void }): Promise<{ dir: string; files: string[]; packets: number }> {
  madeHour ??= (async () => {
    const dir = temporaryDir({ after: (done) => process.on('exit', done) });
    const [made] = await runJson<{ packets: number; files: { path: string }[] }>(['simulate', 'mirai-wave', '--seed', '5', '--hours', '1', '--out', dir]);
    return { dir, files: made?.files.map((f) => f.path) ?? [], packets: made?.packets ?? 0 };
  })();
  void t;
  return madeHour;
}

test('reading counts what it added; reading again adds nothing and says so', async (t) => {
  const { files, packets } = await hour(t);
  const data = join(temporaryDir(t), 'data');
  const [first] = await runJson<ReadResult>(['read', ...files, '--sensor', 'one', '--data', data]);
  assert.deepEqual([first?.files, first?.packets, first?.duplicates, first?.defects], [files.length, packets, 0, 0]);
  const [again] = await runJson<ReadResult>(['read', ...files, '--sensor', 'one', '--data', data]);
  assert.deepEqual([again?.packets, again?.duplicates], [0, packets]);
  const [total] = await runJson<Count>(['query', '', '--by', 'all', '--data', data]);
  assert.equal(total?.packets, packets);
  const [stranger] = await runJson<ReadResult>(['read', files[0] ?? '', '--sensor', 'two', '--org', 'other', '--data', data]);
  assert.ok((stranger?.packets ?? 0) > 0, 'the same content seen by another sensor is another observation');

  const once = await runJson<{ engine: string; findings: number }>(['analyse', '--data', data]);
  const found = await runJson(['findings', '--data', data]);
  const twice = await runJson<{ engine: string; findings: number }>(['analyse', '--data', data]);
  assert.deepEqual(twice.map((l) => [l.engine, l.findings]), once.map((l) => [l.engine, l.findings]));
  assert.deepEqual(await runJson(['findings', '--data', data]), found, 'analysing twice changes nothing');

  const copy = join(temporaryDir(t), 'copy'), back = join(temporaryDir(t), 'back');
  await runJson(['backup', copy, '--data', data]);
  await runJson(['restore', copy, '--data', back]);
  assert.deepEqual(await runJson(['query', '', '--by', 'sensor', '--data', back]), await runJson(['query', '', '--by', 'sensor', '--data', data]));
  assert.deepEqual(await runJson(['findings', '--data', back]), found);
  assert.equal((await run(['audit', 'verify', '--data', back])).code, 0);
});

test('a read that is killed goes on without losing or doubling a packet', async (t) => {
  const { files, packets } = await hour(t);
  const data = join(temporaryDir(t), 'data');
  await runJson(['sensors', '--data', data]);
  for (const afterMs of [400, 900, 1_600]) {
    const running = start(['read', ...files, '--sensor', 'one', '--data', data]);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    running.child.kill('SIGKILL');
    await running.end;
  }
  await runJson(['read', ...files, '--sensor', 'one', '--data', data]);
  const [total] = await runJson<Count>(['query', '', '--by', 'all', '--data', data]);
  assert.equal(total?.packets, packets);
});

test('standard input, a torn capture, nonsense and an empty file each get what they deserve', async (t) => {
  const { files } = await hour(t);
  const dir = temporaryDir(t), data = join(dir, 'data');
  const whole = readFileSync(files[0] ?? '');
  const [piped] = await runJson<ReadResult>(['read', '-', '--sensor', 'pipe', '--data', data], whole);
  const [torn] = await runJson<ReadResult>(['read', '-', '--sensor', 'torn', '--data', data], whole.subarray(0, whole.length - 7));
  assert.equal(torn?.packets, (piped?.packets ?? 0) - 1);
  assert.equal(torn?.defects, 1);
  writeFileSync(join(dir, 'nonsense.bin'), Buffer.from('\u0001\u0002 nothing that anybody knows'));
  writeFileSync(join(dir, 'empty.pcap'), '');
  for (const name of ['nonsense.bin', 'empty.pcap', 'absent.pcap']) {
    const { code, err, out } = await run(['read', join(dir, name), '--sensor', 'x', '--data', data, '--json']);
    assert.equal(code, 2, name);
    assert.equal(err.trim().split('\n').length, 1, `one sentence for ${name}: ${err}`);
    assert.equal(out, '');
  }
});

test("an operator's mistake is one sentence and exit code 2", async (t) => {
  const data = join(temporaryDir(t), 'data');
  for (const args of [['nonsense'], ['read'], ['read', 'x'], ['query', 'prot == 3'], ['query', '', '--from', 'yesterday'], ['query', '', '--by', 'colour'], ['finding', 'ffffffff'], ['analyse', '--engine', 'none'], ['up', '--port', 'x'], ['read', 'x', '--sensor', 'x', '--as', 'constructor'], ['keys', 'create', '--role', 'king'], ['sensors', 'nobody']]) {
    const { code, err } = await run([...args, ...(args[0] === 'nonsense' ? [] : ['--data', data])]);
    assert.equal(code, 2, `${args.join(' ')}: ${err}`);
    assert.match(err, /^noroshi: .+\n$/);
    assert.doesNotMatch(err, / at .*\.js/);
  }
});

test('the platform answers other processes, its API answers a key, and it ends when told', async (t) => {
  const { files } = await hour(t);
  const data = join(temporaryDir(t), 'data');
  const platform = start(['up', '--port', '0', '--data', data, '--json']);
  t.after(() => { platform.child.kill('SIGKILL'); });
  const { ready, url, adminLink } = JSON.parse(await platform.firstLine) as { ready: boolean; url: string; adminLink: string };
  assert.equal(ready, true);
  assert.match(adminLink, /^http:\/\/127\.0\.0\.1:\d+\//);
  const [read] = await runJson<ReadResult>(['read', files[0] ?? '', '--sensor', 'one', '--data', data]);
  assert.ok((read?.packets ?? 0) > 0, 'a command finds the owner and works through it');
  const [{ key } = { key: '' }] = await runJson<{ key: string }>(['keys', 'create', '--role', 'viewer', '--data', data]);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  assert.equal((await fetch(`${url}/api/v1/observations/count?by=port`)).status, 401);
  const counted = await fetch(`${url}/api/v1/observations/count?by=port&from=2020-01-01&limit=1000`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(counted.status, 200);
  const { rows } = await counted.json() as { rows: { packets: number }[] };
  const byPort = await runJson<Count>(['query', '', '--by', 'port', '--limit', '1000', '--data', data]);
  assert.deepEqual(rows.map((r) => r.packets), byPort.map((r) => r.packets), 'the portal and the command line count alike');
  assert.equal((await run(['up', '--port', '0', '--data', data])).code, 2, 'a second platform on the same data is refused');
  platform.child.kill('SIGTERM');
  assert.equal((await platform.end).code, 0);
  assert.equal(readdirSync(data).includes('hub.sock'), false);
});

test('a file that grows is followed', async (t) => {
  const { files } = await hour(t);
  const dir = temporaryDir(t), data = join(dir, 'data'), growing = join(dir, 'growing.pcap');
  const whole = readFileSync(files[0] ?? '');
  const platform = start(['up', '--port', '0', '--data', data, '--json']);
  t.after(() => { platform.child.kill('SIGKILL'); });
  await platform.firstLine;
  writeFileSync(growing, whole.subarray(0, 40_000));
  const following = start(['read', growing, '--follow', '--sensor', 'tail', '--data', data, '--json']);
  const packets = async () => (await runJson<Count>(['query', '', '--by', 'all', '--data', data]))[0]?.packets ?? 0;
  const before = await until(packets, 60);
  appendFileSync(growing, whole.subarray(40_000, 80_000));
  await until(async () => (await packets()) > before, 60);
  following.child.kill('SIGINT');
  await following.end;
  platform.child.kill('SIGTERM');
  await platform.end;
});

test('listening stores what reaches the region, and nothing else', needs('tcpdump', 'root'), async (t) => {
  const data = join(temporaryDir(t), 'data');
  const listening = start(['listen', 'lo', '--sensor', 'loop', '--region', '127.77.0.0/24', '--data', data, '--json']);
  t.after(() => { listening.child.kill('SIGKILL'); });
  const socket = createSocket('udp4');
  const send = (host: string) => new Promise<void>((resolve) => socket.send('noroshi', 9_999, host, () => resolve()));
  await listening.firstLine; // the first second has passed: tcpdump listens
  for (let i = 0; i < 50; i++) { await send('127.77.0.9'); await send('127.78.0.9'); }
  socket.close();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  listening.child.kill('SIGINT');
  assert.equal((await listening.end).code, 0);
  const [row] = await runJson<Count & { dst: string; region: string }>(['query', 'port == udp/9999', '--by', 'dst,region', '--data', data]);
  assert.deepEqual([row?.dst, row?.region, row?.packets], ['127.77.0.9', '127.77.0.0/24', 50]);
});
