/**
 * Decoding, every header fingerprint, and exact distinct sources of every port, over a seeded capture of five million packets.
 *
 * Ours: two decoding workers and the thread that finds records, from opening the file to the counts (threads' start included).
 * Peers, interleaved with ours: `tshark -T fields` for the same eleven fields on the first TSHARK packets (its rate does not depend on the
 * length, so the rate of that prefix is compared, and its start is taken off by a run over one packet), p0f on the first P0F packets,
 * and `tcpdump -w /dev/null` on the whole, which only copies records. Out: one JSON line, packets a second; `ratio` is over tshark.
 * Goal: ≥ 5 M packets/s, ≥ 100 × tshark, ≥ 50 × p0f. `NOROSHI_BENCH_PACKETS`, `NOROSHI_BENCH_ROUNDS` change the size.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, writeFileSync } from 'node:fs';
import { fileBytes } from '../src/darknet/byte-source.ts';
import { DecodePool, reduceCapture } from '../src/darknet/decode-pool.ts';
import type { Question } from './decode-fields-job.ts';
import { benchCapture, bytesARecord } from './decode-capture.ts';
import { interleaved, result, seconds } from './measure.ts';

const PACKETS = Number(process.env['NOROSHI_BENCH_PACKETS'] ?? 5_000_000), ROUNDS = Number(process.env['NOROSHI_BENCH_ROUNDS'] ?? 3);
const TSHARK = 200_000, P0F = 200_000, WORKERS = 2;
const path = benchCapture(PACKETS);
const answers = new Set<string>();

/** One whole run; returns the counts' checksum so that no work can be left out. */
async function ours(stage: number): Promise<{ pairs: number; tools: number; cpuSeconds: number }> {
  const cpu = process.cpuUsage();
  const pool = new DecodePool({ sensor: 'local/bench', workers: WORKERS, job: { module: new URL('./decode-fields-job.js', import.meta.url).href, data: { stage } } });
  try {
    const { frames, defects } = await reduceCapture(fileBytes(path, undefined, true), pool);
    if (frames !== PACKETS || defects !== 0) throw new Error(`${frames} frames and ${defects} defects were read`);
    const ask = (k: number, question: Question, transfer: ArrayBuffer[] = []): Promise<unknown> => pool.ask(k, question, transfer);
    const all = Array.from({ length: WORKERS }, (_, k) => k);
    const parts = await Promise.all(all.map((k) => Promise.all(all.map((part) => ask(k, { kind: 'part', k: part, parts: WORKERS }) as Promise<Uint32Array>))));
    const counts = await Promise.all(all.map((part) => {
      const pairs = parts.map((own) => own[part] as Uint32Array);
      return ask(part, { kind: 'count', pairs }, pairs.map((p) => p.buffer as ArrayBuffer)) as Promise<Map<number, number>>;
    }));
    const tools = await Promise.all(all.map((k) => ask(k, { kind: 'tools' }) as Promise<Uint32Array>));
    const spent = process.cpuUsage(cpu);
    return {
      pairs: counts.reduce((sum, map) => sum + [...map.values()].reduce((s, n) => s + n, 0), 0),
      tools: tools.reduce((sum, t) => sum + t.slice(1).reduce((s, n) => s + n, 0), 0), cpuSeconds: (spent.user + spent.system) / 1e6,
    };
  } finally {
    await pool.close();
  }
}

/** A capture of the first packets, beside the whole. */
function prefix(packets: number): string {
  const out = `${path}.first-${packets}`;
  if (existsSync(out)) return out;
  const file = openSync(path, 'r'), buffer = Buffer.alloc(packets * 140);
  const length = readSync(file, buffer, 0, buffer.length, 0);
  closeSync(file);
  let at = 24;
  for (let i = 0; i < packets && at + 16 <= length; i++) at += 16 + buffer.readUInt32LE(at + 8);
  writeFileSync(out, buffer.subarray(0, at));
  return out;
}

function run(command: string, args: readonly string[]): Promise<number> {
  return seconds(() => {
    const { status, error, stderr } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 1 << 30 });
    if (error || status !== 0) throw new Error(`${command}: ${error?.message ?? String(stderr).slice(0, 200)}`);
  });
}

const has = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const FIELDS = ['frame.time_epoch', 'ip.src', 'ip.dst', 'ip.proto', 'ip.ttl', 'ip.id', 'tcp.srcport', 'tcp.dstport', 'tcp.flags', 'tcp.seq', 'tcp.window_size_value'].flatMap((field) => ['-e', field]);
const tshark = (file: string): Promise<number> => run('tshark', ['-n', '-r', file, '-T', 'fields', '-o', 'tcp.relative_sequence_numbers:FALSE', ...FIELDS]);

const peers: { name: string; packets: number; time: () => Promise<number> }[] = [];
if (has('tshark')) {
  const start = await tshark(prefix(1));
  peers.push({ name: 'tshark', packets: TSHARK, time: async () => Math.max(0.001, await tshark(prefix(TSHARK)) - start) });
}
if (has('p0f')) peers.push({ name: 'p0f', packets: P0F, time: () => run('p0f', ['-r', prefix(P0F)]) });
if (has('tcpdump')) peers.push({ name: 'tcpdump', packets: PACKETS, time: () => run('tcpdump', ['-r', path, '-w', '/dev/null']) });

const cpuSeconds: number[] = [];
const times = await interleaved(ROUNDS, [
  async () => seconds(async () => { const { cpuSeconds: cpu, ...answer } = await ours(2); cpuSeconds.push(cpu); answers.add(JSON.stringify(answer)); }),
  ...peers.map((peer) => peer.time),
]);
if (answers.size !== 1) throw new Error(`runs gave different answers: ${[...answers].join(' ')}`);
const stages: number[] = [];
for (const stage of [0, 1]) stages.push(Math.round(PACKETS / await seconds(() => ours(stage))));
const rate = PACKETS / (times[0] as number);
const rates = Object.fromEntries(peers.map((peer, k) => [peer.name, Math.round(peer.packets / (times[k + 1] as number))]));
const first = rates['tshark'];
result({
  name: 'decode-fields', n: PACKETS, unit: 'packets/s', ours: Math.round(rate), ...(first === undefined ? {} : { peer: { name: `tshark -T fields, rate of the first ${TSHARK} packets`, value: first }, ratio: Number((rate / first).toFixed(1)) }),
  peers: rates, ratios: Object.fromEntries(Object.entries(rates).map(([name, value]) => [name, Number((rate / value).toFixed(2))])),
  decodeOnly: stages[0], withFingerprints: stages[1], cpuMicrosecondsAPacket: Number((Math.min(...cpuSeconds) / PACKETS * 1e6).toFixed(3)), bytesARecord: Number(bytesARecord(path, PACKETS).toFixed(1)),
  answer: JSON.parse([...answers][0] as string) as unknown,
});
