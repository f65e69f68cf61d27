/**
 * Annotation of a telescope-like mixture: all fingerprint and screening rules, country, AS, region, label and role.
 *
 * In: seeded batches of 65,536 packets (80 % SYN of ordinary and scanning stacks, 12 % UDP, 8 % replies; 60,000 sources by Zipf's
 * law, destinations over a /20 and a /24). Out: one JSON line, nanoseconds a packet. Goal: ≤ 100 ns.
 * @module
 */
import { newPacketBatch, BIT, PROTO } from '../src/core/packet-batch.ts';
import { seededRng } from '../src/core/rng.ts';
import { requireCidr } from '../src/core/address.ts';
import { systemClock } from '../src/core/clock.ts';
import { DEFAULT_ORG, sensorId } from '../src/core/ids.ts';
import { createAnnotator, loadRules, loadTables } from '../src/observations/tag/annotate.ts';
import { optionPattern } from '../src/observations/tag/expression.ts';
import { NO_LISTS } from '../src/observations/tag/scanner-list.ts';

const BATCHES = 40;
const rng = seededRng('tag-annotate');
const sensor = { id: sensorId('bench'), org: DEFAULT_ORG, name: 'bench', regions: [requireCidr('198.51.100.0/24'), requireCidr('203.0.112.0/20')], zone: 'UTC', country: '', simulated: true, gaps: [] };
const annotator = createAnnotator({ sensor, tables: loadTables(), rules: loadRules(), lists: NO_LISTS });
const layouts = ['none', 'MSS=1460', 'MSS=1460,SACK,TS=1:0,NOP,WS=7', 'MSS=1460,NOP,WS=8,NOP,NOP,SACK'].map((l) => optionPattern(l).bytes);
const raw = new Uint8Array(256);
const at: number[] = [];
layouts.reduce((offset, bytes, k) => { raw.set(bytes, offset); at[k] = offset; return offset + bytes.length; }, 0);
const sources = Uint32Array.from({ length: 60_000 }, () => rng.u32());
const batch = newPacketBatch(4, sensor.id);
batch.n = batch.capacity;
batch.raw = raw;
for (let i = 0; i < batch.n; i++) {
  const kind = rng.float(), layout = rng.below(4);
  batch.src[i] = sources[Math.floor(sources.length ** rng.float())] as number;
  batch.dst[i] = 0xcb007000 + rng.below(4096);
  batch.ipBits[i] = BIT.hasTransport | (rng.below(2) ? BIT.dontFragment : 0);
  batch.ttl[i] = 20 + rng.below(230); batch.ipid[i] = rng.below(65_536);
  batch.sport[i] = 1024 + rng.below(60_000); batch.dport[i] = rng.pick([23, 80, 443, 2323, 22, 3389, 445, 8080, rng.below(65_536)]);
  if (kind < 0.12) { batch.proto[i] = PROTO.udp; batch.payloadLen[i] = 40; continue; }
  batch.proto[i] = PROTO.tcp; batch.flags[i] = kind < 0.2 ? 18 : 2; batch.seq[i] = rng.below(10) === 0 ? batch.dst[i] as number : rng.u32();
  batch.window[i] = rng.pick([1024, 1025, 65_535, 64_240, 29_200, 14_600]); batch.optOff[i] = at[layout] as number; batch.optLen[i] = layouts[layout]!.length;
}
for (let k = 0; k < 5; k++) annotator.annotate(batch);
const times: number[] = [];
for (let k = 0; k < BATCHES; k++) { const t = systemClock.steadyMs(); annotator.annotate(batch); times.push(systemClock.steadyMs() - t); }
times.sort((a, b) => a - b);
const nsPerPacket = (times[BATCHES >> 1] as number) * 1e6 / batch.n;
process.stdout.write(`${JSON.stringify({ name: 'tag-annotate', n: BATCHES * batch.n, unit: 'ns/packet', ours: Math.round(nsPerPacket * 10) / 10, goal: 100, rssMb: Math.round(process.memoryUsage().rss / 1e6) })}\n`);
