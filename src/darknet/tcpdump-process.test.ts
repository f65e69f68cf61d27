/**
 * Live capture, on this machine's loopback: 127.77.0.0/16 stands for a telescope.
 * @module
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { formatV4, requireCidr } from '../core/address.ts';
import { systemClock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import { needs } from '../../test/needs.ts';
import { captureLive, filterFor, type CaptureCounters, type LiveCapture } from './tcpdump-process.ts';

const telescope = requireCidr('127.77.0.0/16');

function listenOn(interfaceName: string): LiveCapture {
  return captureLive({ interfaceName, sensor: 'local/loop', regions: [telescope], clock: systemClock });
}

function alive(pid: number): boolean {
  try { process.kill(pid, 0); return true; } catch { return false; }
}

async function send(count: number, port: number): Promise<void> {
  const socket = createSocket('udp4');
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve, reject) => socket.send(Buffer.from(`packet ${i}`), port, formatV4(0x7f4d0000 + (i % 65_536)), (error) => (error ? reject(error) : resolve())));
  }
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => { systemClock.after(delayMs, resolve); });

/** Sends once tcpdump listens (a first probe packet has come back), then stops; returns rows of `port` and the last counters. */
async function captureOf(live: LiveCapture, count: number, port: number): Promise<{ rows: number; all: number; final: CaptureCounters | null }> {
  let rows = 0, all = 0, final: CaptureCounters | null = null;
  let sending: Promise<void> | null = null;
  const probing = systemClock.every(50, () => { if (!sending) void send(1, port + 1); });
  try {
    for await (const event of live.events) {
      if (event.kind === 'counters') final = event;
      if (event.kind !== 'slice') continue;
      all += event.count;
      for (const batch of event.batches) for (let i = 0; i < batch.n; i++) if (batch.dport[i] === port) rows++;
      if (!sending) {
        probing();
        sending = send(count, port).then(() => pause(600)).then(() => live.stop());
      }
    }
  } finally {
    probing();
  }
  await sending;
  return { rows, all, final };
}

test('packets on an interface become rows, and the last counters account for every one', needs('tcpdump', 'root'), async () => {
  const live = listenOn('lo');
  const { rows, all, final } = await captureOf(live, 3_000, 40_123);
  assert.ok(final?.final);
  assert.equal(rows + final.droppedByKernel, 3_000);
  assert.equal(all, final.captured);
  assert.ok(!alive(live.pid));
});

test('an idle capture ends when it is told to, and its child is gone', needs('tcpdump', 'root'), async () => {
  const live = captureLive({ interfaceName: 'lo', sensor: 'local/loop', regions: [requireCidr('127.78.0.0/30')], clock: systemClock });
  const reading = (async () => { for await (const event of live.events) assert.equal(event.kind, 'counters'); })();
  await pause(300);
  await live.stop();
  await reading;
  assert.ok(!alive(live.pid));
});

test('a reader that turns away leaves no child behind', needs('tcpdump', 'root'), async () => {
  const live = listenOn('lo');
  const probing = systemClock.every(50, () => { void send(1, 40_200); });
  for await (const event of live.events) if (event.kind === 'slice') break;
  probing();
  assert.ok(!alive(live.pid));
});

test('an interface that is not there is the operator’s mistake, in tcpdump’s own words', needs('tcpdump', 'root'), async () => {
  await assert.rejects(async () => { for await (const event of listenOn('no-such-if0').events) assert.fail(event.kind); }, (error: unknown) => error instanceof OperatorError && error.code === 'interface' && /no-such-if0.*No such device/.test(error.message));
});

test('a name that tcpdump could take for an option is refused', () => {
  for (const name of ['-r', '', 'a b', 'x'.repeat(80), 'lo;id']) assert.throws(() => listenOn(name), OperatorError);
});

test('the filter names every region as a destination', () => {
  assert.equal(filterFor([telescope, requireCidr('2001:db8::/32')]), 'dst net 127.77.0.0/16 or dst net 2001:db8::/32');
  assert.equal(filterFor([telescope], true), '(dst net 127.77.0.0/16) or (vlan and (dst net 127.77.0.0/16))');
  assert.equal(filterFor([]), '');
});

test('a program that is killed takes its tcpdump with it', needs('tcpdump', 'root'), async () => {
  const module = fileURLToPath(new URL('./tcpdump-process.js', import.meta.url)), clock = fileURLToPath(new URL('../core/clock.js', import.meta.url));
  const script = `import { captureLive } from '${module}'; import { systemClock } from '${clock}';
    const live = captureLive({ interfaceName: 'lo', sensor: 'local/x', regions: [{ family: 4, words: Uint32Array.of(0x7f4f0000), prefix: 16 }], clock: systemClock }); console.log(live.pid); for await (const e of live.events);`;
  const program = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = Number(String(await new Promise((resolve) => program.stdout.once('data', resolve))));
  assert.ok(pid > 1 && alive(pid));
  await pause(300); // tcpdump has given up its rights
  program.kill('SIGKILL');
  for (let i = 0; i < 50 && alive(pid); i++) await pause(100);
  const left = await new Promise<string>((resolve) => execFile('ps', ['-o', 'comm=', '-p', String(pid)], (_, out) => resolve(out.trim())));
  assert.equal(left.replace(/.*<defunct>/, ''), '');
});
