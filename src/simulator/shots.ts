/**
 * Simulated packets as columns, before they become batches or frames.
 *
 * A population fills one reused {@link Shot} and pushes it; `Shots` copies it into growing typed arrays. {@link fillBatch}
 * makes PacketBatch rows of them, {@link specOf} the fields for `wire/packet-build.ts`; decoding those frames gives the
 * same rows (`simulation.test.ts`).
 * Shapes: one entry a packet; options and payload are references, usually to shared templates.
 * Cost: 60 bytes a packet; amortised O(1) a push.
 * @module
 */
import { BIT, PAYLOAD_KEPT, PROTO, newPacketBatch, type PacketBatch } from '../core/packet-batch.ts';
import { optionsKey } from '../wire/tcp-options.ts';
import type { PacketSpec } from '../wire/packet-build.ts';

export const NO_BYTES = new Uint8Array(0);

/** One packet while it is made. TCP, UDP and ICMP fields as in PacketBatch. */
export interface Shot {
  atUs: number; src: number; dst: number; proto: number; sport: number; dport: number;
  /** As received: the stack's own less the hops. */
  ttl: number;
  ipid: number; dontFragment: boolean; flags: number; seq: number; ack: number; window: number;
  options: Uint8Array; payload: Uint8Array;
  /** Second word of an ICMP header. */
  icmpRest: number;
}

export function newShot(): Shot {
  return { atUs: 0, src: 0, dst: 0, proto: PROTO.tcp, sport: 0, dport: 0, ttl: 64, ipid: 0, dontFragment: false, flags: 0, seq: 0, ack: 0, window: 0, options: NO_BYTES, payload: NO_BYTES, icmpRest: 0 };
}

/** See the module header. `population` of each row is the one that was set when it was pushed. */
export class Shots {
  n = 0;
  /** Index of the population that pushes now. */
  population = 0;
  atUs = new Float64Array(1024);
  src = new Uint32Array(1024);
  dst = new Uint32Array(1024);
  seq = new Uint32Array(1024);
  ack = new Uint32Array(1024);
  icmpRest = new Uint32Array(1024);
  sport = new Uint16Array(1024);
  dport = new Uint16Array(1024);
  ipid = new Uint16Array(1024);
  window = new Uint16Array(1024);
  flags = new Uint16Array(1024);
  of = new Uint16Array(1024);
  proto = new Uint8Array(1024);
  ttl = new Uint8Array(1024);
  dontFragment = new Uint8Array(1024);
  options: Uint8Array[] = [];
  payload: Uint8Array[] = [];

  push(shot: Shot): void {
    const i = this.n;
    if (i === this.atUs.length) this.#grow();
    this.atUs[i] = shot.atUs; this.src[i] = shot.src; this.dst[i] = shot.dst; this.seq[i] = shot.seq; this.ack[i] = shot.ack;
    this.icmpRest[i] = shot.icmpRest; this.sport[i] = shot.sport; this.dport[i] = shot.dport; this.ipid[i] = shot.ipid;
    this.window[i] = shot.window; this.flags[i] = shot.flags; this.of[i] = this.population; this.proto[i] = shot.proto;
    this.ttl[i] = shot.ttl; this.dontFragment[i] = shot.dontFragment ? 1 : 0;
    this.options[i] = shot.options; this.payload[i] = shot.payload;
    this.n = i + 1;
  }

  /** Copies row i of another table to the end. */
  take(from: Shots, i: number): void {
    const at = this.n;
    if (at === this.atUs.length) this.#grow();
    for (const column of COLUMNS) this[column][at] = from[column][i] as number;
    this.options[at] = from.options[i] ?? NO_BYTES;
    this.payload[at] = from.payload[i] ?? NO_BYTES;
    this.n = at + 1;
  }

  /** Forgets all rows (and shrinks nothing: the next minute needs about as many). */
  clear(): void {
    this.n = 0;
    this.options.length = 0;
    this.payload.length = 0;
  }

  #grow(): void {
    for (const column of COLUMNS) {
      const old = this[column];
      const wider = new (old.constructor as new (length: number) => typeof old)(old.length * 2);
      wider.set(old as never);
      (this as Record<typeof column, unknown>)[column] = wider;
    }
  }
}

const COLUMNS = ['atUs', 'src', 'dst', 'seq', 'ack', 'icmpRest', 'sport', 'dport', 'ipid', 'window', 'flags', 'of', 'proto', 'ttl', 'dontFragment'] as const;

/** Bytes of row i from its IP header on. */
function ipLength(shots: Shots, i: number): number {
  const proto = shots.proto[i];
  const options = proto === PROTO.tcp ? ((shots.options[i] as Uint8Array).length + 3) & ~3 : 0;
  return 20 + (proto === PROTO.tcp ? 20 : 8) + options + (shots.payload[i] as Uint8Array).length;
}

/**
 * Rows order[from … to) as a batch of one sensor, as if decoded from frames; `firstRecord` numbers them. `raw` is an arena
 * of their options, their payloads (PAYLOAD_KEPT bytes) and whole quoted packets.
 */
export function fillBatch(shots: Shots, order: Uint32Array, from: number, to: number, sensor: string, firstRecord: number): PacketBatch {
  const batch = newPacketBatch(4, sensor, Math.max(1, to - from));
  let arena = 0;
  for (let k = from; k < to; k++) {
    const i = order[k] as number;
    arena += (((shots.options[i] as Uint8Array).length + 3) & ~3) + (shots.payload[i] as Uint8Array).length;
  }
  const raw = new Uint8Array(arena);
  let used = 0;
  for (let k = from; k < to; k++) {
    const i = order[k] as number, row = k - from, proto = shots.proto[i] as number;
    batch.atUs[row] = shots.atUs[i] as number;
    batch.src[row] = shots.src[i] as number;
    batch.dst[row] = shots.dst[i] as number;
    batch.proto[row] = proto;
    batch.sport[row] = shots.sport[i] as number;
    batch.dport[row] = shots.dport[i] as number;
    batch.ttl[row] = shots.ttl[i] as number;
    batch.ipid[row] = shots.ipid[i] as number;
    batch.ipBits[row] = BIT.simulated | BIT.hasTransport | (shots.dontFragment[i] === 1 ? BIT.dontFragment : 0);
    batch.ipLen[row] = ipLength(shots, i);
    batch.record[row] = firstRecord + row;
    const payload = shots.payload[i] as Uint8Array;
    batch.payloadLen[row] = payload.length;
    if (proto === PROTO.tcp) {
      const options = shots.options[i] as Uint8Array, padded = (options.length + 3) & ~3;
      batch.flags[row] = shots.flags[i] as number;
      batch.seq[row] = shots.seq[i] as number;
      batch.ack[row] = shots.ack[i] as number;
      batch.window[row] = shots.window[i] as number;
      batch.optOff[row] = used;
      batch.optLen[row] = padded;
      raw.set(options, used);
      batch.optionsKey[row] = optionsKey(raw, used, padded);
      used += padded;
    }
    batch.payOff[row] = used;
    batch.payKept[row] = Math.min(payload.length, PAYLOAD_KEPT);
    raw.set(payload, used);
    if (proto === PROTO.icmp && isIcmpError(shots.sport[i] as number) && payload.length >= 20) {
      batch.innerOff[row] = used;
      batch.innerLen[row] = payload.length;
    }
    used += payload.length;
  }
  batch.raw = raw;
  batch.n = to - from;
  return batch;
}

/** ICMP types that quote the packet they answer (RFC 792). */
function isIcmpError(type: number): boolean {
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}

/** Row i as the fields of a packet to build. */
export function specOf(shots: Shots, i: number): PacketSpec {
  return {
    src: shots.src[i] as number, dst: shots.dst[i] as number, proto: shots.proto[i] as number, sport: shots.sport[i] as number,
    dport: shots.dport[i] as number, ttl: shots.ttl[i] as number, ipid: shots.ipid[i] as number, dontFragment: shots.dontFragment[i] === 1,
    flags: shots.flags[i] as number, seq: shots.seq[i] as number, ack: shots.ack[i] as number, window: shots.window[i] as number,
    icmpRest: shots.icmpRest[i] as number, options: shots.options[i] as Uint8Array, payload: shots.payload[i] as Uint8Array,
  };
}
