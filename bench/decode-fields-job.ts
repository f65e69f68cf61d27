/**
 * What `decode-fields.bench.ts` runs on each worker: all header fingerprints, and exact distinct sources of every port.
 *
 * Pairs (source; protocol and port) stand in an open-addressing table of two words a pair, grown at two thirds. A TCP or UDP port that
 * passes BUSY pairs gets a bitmap over numbered sources instead, which stays in the cache where the table would not; the union of both is
 * exact. In the end the workers exchange halves by a bit of the hash, so that each counts its half exactly and the halves add up.
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

  /** Whether the pair is new. */
  add(source: number, key: number): boolean {
    const pairs = this.#pairs, mask = this.#mask;
    let slot = mix(source, key) & mask;
    for (;;) {
      const there = pairs[2 * slot + 1] as number;
      if (there === 0) break;
      if (there === key && pairs[2 * slot] === source) return false;
      slot = (slot + 1) & mask;
    }
    pairs[2 * slot] = source;
    pairs[2 * slot + 1] = key;
    if (++this.size * 3 > (mask + 1) * 2) this.#grow();
    return true;
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

/** Pairs of a port from which it gets a bitmap. */
const BUSY = 2048;

/** Exact distinct sources a port: {@link PairSet} for quiet ports, bitmaps for busy ones. */
class PortSources {
  readonly quiet = new PairSet(16);
  /** Pairs of a TCP or UDP port so far, or −(1 + row) once it is busy. */
  readonly #state = new Int32Array(2 * 65_536);
  readonly #rows: { readonly key: number; bits: Uint32Array }[] = [];
  /** Sources by number, and a table of [source, number + 1]. */
  #list = new Uint32Array(1 << 16);
  #count = 0;
  #table = new Uint32Array(2 << 17);
  #mask = (1 << 17) - 1;

  add(source: number, key: number): void {
    const proto = key >>> 16, at = proto === 6 ? key & 0xffff : proto === 17 ? 65_536 + (key & 0xffff) : -1;
    if (at < 0) { this.quiet.add(source, key); return; }
    const state = this.#state[at] as number;
    if (state < 0) {
      const number = this.#numberOf(source), row = this.#rows[-1 - state] as { bits: Uint32Array };
      if (number >> 5 >= row.bits.length) row.bits = widened(row.bits, this.#list.length >> 5);
      row.bits[number >> 5] = (row.bits[number >> 5] as number) | (1 << (number & 31));
      return;
    }
    if (!this.quiet.add(source, key)) return;
    this.#state[at] = state + 1;
    if (state + 1 === BUSY) this.#state[at] = -this.#rows.push({ key, bits: new Uint32Array(this.#list.length >> 5) });
  }

  #numberOf(source: number): number {
    const table = this.#table, mask = this.#mask;
    let slot = mix(source, 0) & mask;
    for (;;) {
      const number = table[2 * slot + 1] as number;
      if (number === 0) break;
      if (table[2 * slot] === source) return number - 1;
      slot = (slot + 1) & mask;
    }
    if (this.#count === this.#list.length) this.#list = widened(this.#list, 2 * this.#count);
    this.#list[this.#count++] = source;
    table[2 * slot] = source;
    table[2 * slot + 1] = this.#count;
    if (this.#count * 3 > (mask + 1) * 2) this.#renumber();
    return this.#count - 1;
  }

  #renumber(): void {
    const mask = this.#mask * 2 + 1, table = new Uint32Array(2 * (mask + 1));
    for (let number = 0; number < this.#count; number++) {
      const source = this.#list[number] as number;
      let slot = mix(source, 0) & mask;
      while (table[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      table[2 * slot] = source;
      table[2 * slot + 1] = number + 1;
    }
    this.#table = table;
    this.#mask = mask;
  }

  /** Pairs whose hash falls to part k of `parts`; a few may stand twice. */
  part(k: number, parts: number): Uint32Array {
    const quiet = this.quiet.part(k, parts);
    let out = new Uint32Array(quiet.length + (1 << 16)), n = quiet.length;
    out.set(quiet);
    for (const { key, bits } of this.#rows) {
      for (let number = 0; number < Math.min(this.#count, bits.length << 5); number++) {
        if (((bits[number >> 5] as number) >>> (number & 31) & 1) === 0) continue;
        const source = this.#list[number] as number;
        if ((mix(source, key) >>> 28) % parts !== k) continue;
        if (n + 2 > out.length) out = widened(out, out.length * 2);
        out[n++] = source;
        out[n++] = key;
      }
    }
    return out.slice(0, n);
  }
}

function widened(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer>;
function widened(array: Uint32Array, length: number): Uint32Array;
function widened(array: Uint32Array, length: number): Uint32Array {
  const out = new Uint32Array(length);
  out.set(array);
  return out;
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
  const set = new PortSources(), tools = new Uint32Array(rules.rules.length + 1);
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
          const whole = new PairSet(20), ports = new Map<number, number>();
          let lastKey = 0, run = 0; // pairs of busy ports come in runs
          const settle = (): void => { if (run > 0) ports.set(lastKey, (ports.get(lastKey) ?? 0) + run); run = 0; };
          for (const pairs of asked.pairs) for (let i = 0; i < pairs.length; i += 2) {
            const key = pairs[i + 1] as number;
            if (!whole.add(pairs[i] as number, key)) continue;
            if (key !== lastKey) { settle(); lastKey = key; }
            run++;
          }
          settle();
          return { value: ports, transfer: [] };
        }
        case 'tools': return { value: tools, transfer: [] };
      }
    },
  };
}
