/**
 * What `decode-fields.bench.ts` runs on each worker: all header fingerprints, and exact distinct sources of every port.
 *
 * Pairs (source; protocol and port) stand in an open-addressing table of two words a pair, grown at two thirds. In the end the workers
 * exchange halves by a bit of the hash, so that each counts its half exactly and the halves add up.
 * @module
 */
import { BATCH_CAPACITY, BIT, type PacketBatch } from '../src/core/packet-batch.ts';
import type { DecodeJob } from '../src/darknet/decode-worker.ts';
import { loadRules } from '../src/observations/tag/rule-reader.ts';
import { classify, compileFingerprints, newClasses } from '../src/observations/tag/rules.ts';

/** Pairs as [source, protocol and port, …]; the second word is never 0 for a packet with a transport header. */
class PairSet {
  size = 0;
  #pairs: Uint32Array;
  #mask: number;

  constructor(bits: number) {
    this.#pairs = new Uint32Array(2 << bits);
    this.#mask = (1 << bits) - 1;
  }

  add(source: number, key: number): void {
    const pairs = this.#pairs, mask = this.#mask;
    let slot = mix(source, key) & mask;
    for (;;) {
      const there = pairs[2 * slot + 1] as number;
      if (there === 0) break;
      if (there === key && pairs[2 * slot] === source) return;
      slot = (slot + 1) & mask;
    }
    pairs[2 * slot] = source;
    pairs[2 * slot + 1] = key;
    if (++this.size * 3 > (mask + 1) * 2) this.#grow();
  }

  #grow(): void {
    const old = this.#pairs, mask = this.#mask * 2 + 1, pairs = new Uint32Array(2 * (mask + 1));
    for (let i = 0; i < old.length; i += 2) {
      const key = old[i + 1] as number;
      if (key === 0) continue;
      let slot = mix(old[i] as number, key) & mask;
      while (pairs[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      pairs[2 * slot] = old[i] as number;
      pairs[2 * slot + 1] = key;
    }
    this.#pairs = pairs;
    this.#mask = mask;
  }

  /** Pairs whose hash falls to part k of `parts`. */
  part(k: number, parts: number): Uint32Array {
    const out = new Uint32Array(2 * this.size);
    let n = 0;
    for (let i = 0; i < this.#pairs.length; i += 2) {
      const source = this.#pairs[i] as number, key = this.#pairs[i + 1] as number;
      if (key === 0 || (mix(source, key) >>> 28) % parts !== k) continue;
      out[n++] = source;
      out[n++] = key;
    }
    return out.slice(0, n);
  }
}

function mix(source: number, key: number): number {
  let h = Math.imul(source, 0x9e3779b1) ^ Math.imul(key, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

export type Question = { kind: 'part'; k: number; parts: number } | { kind: 'count'; pairs: Uint32Array[] } | { kind: 'tools' };

/** `data.stage`: 0 decodes only, 1 adds fingerprints, 2 adds distinct sources. */
export default async function newJob(data: unknown): Promise<DecodeJob> {
  const { stage } = data as { stage: number };
  const rules = compileFingerprints((await loadRules()).fingerprints), classes = newClasses(), verdicts = new Uint8Array(BATCH_CAPACITY);
  const set = new PairSet(18), tools = new Uint32Array(rules.rules.length + 1);
  return {
    batch(batch: PacketBatch) {
      if (stage >= 1) {
        verdicts.fill(0, 0, batch.n);
        classify(batch, classes);
        rules.run(batch, classes, verdicts);
        for (let i = 0; i < batch.n; i++) { const v = verdicts[i] as number; tools[v] = (tools[v] as number) + 1; }
      }
      if (stage < 2 || batch.family !== 4) return;
      const { n, src, proto, dport, ipBits } = batch;
      for (let i = 0; i < n; i++) if (((ipBits[i] as number) & BIT.hasTransport) !== 0) set.add(src[i] as number, ((proto[i] as number) << 16) | (dport[i] as number));
    },
    ask(question) {
      const asked = question as Question;
      switch (asked.kind) {
        case 'part': {
          const pairs = set.part(asked.k, asked.parts);
          return { value: pairs, transfer: [pairs.buffer as ArrayBuffer] };
        }
        case 'count': {
          const whole = new PairSet(18), ports = new Map<number, number>();
          for (const pairs of asked.pairs) for (let i = 0; i < pairs.length; i += 2) {
            const before = whole.size;
            whole.add(pairs[i] as number, pairs[i + 1] as number);
            if (whole.size > before) ports.set(pairs[i + 1] as number, (ports.get(pairs[i + 1] as number) ?? 0) + 1);
          }
          return { value: ports, transfer: [] };
        }
        case 'tools': return { value: tools, transfer: [] };
      }
    },
  };
}
