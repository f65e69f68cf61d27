/**
 * The finder over a million packets of 20,000 sources, twelve of which obey a planted relation. Out: one JSON line. Goal: ≤ 10 s.
 * @module
 */
import { BIT, PROTO, newPacketBatch } from '../src/core/packet-batch.ts';
import { systemClock } from '../src/core/clock.ts';
import { seededRng } from '../src/core/rng.ts';
import { createFinder, RELATION_COUNT } from '../src/observations/tag/finder.ts';

const PACKETS = 1_000_000, SOURCES = 20_000;
const rng = seededRng('tag-finder'), finder = createFinder();
const batch = newPacketBatch(4, 'local/bench');
let spentMs = 0;
for (let done = 0; done < PACKETS; done += batch.n) {
  batch.n = Math.min(batch.capacity, PACKETS - done);
  for (let i = 0; i < batch.n; i++) {
    const source = rng.below(SOURCES), dst = 0xcb007000 + rng.below(4096), ipid = source < 12 ? (dst ^ 0x1234) & 0xffff : rng.below(65_536);
    batch.proto[i] = PROTO.tcp; batch.flags[i] = 2; batch.ipBits[i] = BIT.hasTransport;
    batch.src[i] = 0x0b000000 + source; batch.dst[i] = dst; batch.ipid[i] = ipid; batch.seq[i] = rng.u32();
    batch.sport[i] = 1024 + rng.below(60_000); batch.dport[i] = rng.pick([23, 80, 443, 8080]); batch.window[i] = rng.pick([1024, 65_535, 64_240]);
  }
  const from = systemClock.steadyMs();
  finder.add(batch);
  spentMs += systemClock.steadyMs() - from;
}
const from = systemClock.steadyMs();
const found = finder.conclude();
spentMs += systemClock.steadyMs() - from;
process.stdout.write(`${JSON.stringify({ name: 'tag-finder', n: PACKETS, unit: 's', ours: Math.round(spentMs) / 1000, goal: 10, relations: RELATION_COUNT, found: found.map((f) => f.text), rssMb: Math.round(process.memoryUsage().rss / 1e6) })}\n`);
