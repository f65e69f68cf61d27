/**
 * One captured frame to one row of a PacketBatch, without allocating: the hot path of every capture.
 *
 * In: bytes of a frame inside a larger array, its link type, times and record number. Out: exactly one row, in `v4` (IPv4 and
 * everything that is not IP) or in `v6`. Meaning of every column: `core/packet-batch.ts`.
 * Source: RFC 791, 8200, 9293, 768, 792, 4443, 2784 and 2890 (GRE), 4302 (AH, walked in IPv6 chains only), 2675 (jumbograms).
 * Choices, where readers differ:
 *   - lengths come from the headers, bytes from the capture; a length beyond the frame sets BIT.malformed, a capture that
 *     stops earlier sets BIT.cut. Ethernet padding behind the IP packet is never read as payload.
 *   - a total length of 0 (segmentation offload writes that) means: up to the end of the frame as it was on the wire.
 *   - ports are read when four bytes of a transport header are there; later fields only when they are there.
 *   - ICMP's header is taken as eight bytes for `payloadLen`. Fragments behind the first have no transport header.
 *   - tunnels are not unwrapped: the row is the outer packet, `innerOff` and `innerLen` say where the inner one stands.
 * Cost: linear in the length of the headers; packets a second in `bench/decode-fields.bench.ts` (`decodeOnly`).
 * Limits: at most MAX_TAGS VLAN tags and MPLS labels; 802.11 and other radio links are not IP rows (`wire/link-types.ts`).
 * @module
 */
import { BIT, PAYLOAD_KEPT, PROTO, newPacketBatch, type PacketBatch } from '../core/packet-batch.ts';
import { networkLayer, type NetworkLayer } from './network-layer.ts';
import { LINK } from './link-types.ts';
import { optionsKey } from './tcp-options.ts';

/** Where rows go. `v4` and `v6` need room for every frame that will be decoded; `v6` is made when the first IPv6 packet comes. */
export interface FrameSink {
  v4: PacketBatch;
  v6: PacketBatch | null;
  /** The bytes that offsets point into; also `raw` of both batches. */
  raw: Uint8Array;
  view: DataView;
  /** Verify TCP, UDP and ICMP checksums of wholly captured packets (the IPv4 header's is always verified). */
  checksums: boolean;
}

/** A sink over `raw` with room for `capacity` frames; give batches to reuse them (their rows are overwritten). */
export function newFrameSink(raw: Uint8Array, sensor: string, capacity: number, checksums = true, reuse?: { v4?: PacketBatch | null; v6?: PacketBatch | null }): FrameSink {
  const usable = (batch: PacketBatch | null | undefined): PacketBatch | null => (batch && batch.capacity >= capacity ? renew(batch, sensor, raw) : null);
  const v4 = usable(reuse?.v4) ?? newPacketBatch(4, sensor, Math.max(capacity, 1));
  v4.raw = raw;
  return { v4, v6: usable(reuse?.v6), raw, view: new DataView(raw.buffer, raw.byteOffset, raw.byteLength), checksums };
}

/** Empties a batch for reuse: the columns that annotation fills are zeroed, decoding overwrites the others. */
function renew(batch: PacketBatch, sensor: string, raw: Uint8Array): PacketBatch {
  const n = batch.n;
  for (const column of [batch.tool, batch.label, batch.role, batch.country, batch.asn, batch.region]) column.fill(0, 0, n);
  batch.n = 0;
  batch.sensor = sensor;
  batch.raw = raw;
  return batch;
}

/** The batches of a sink that hold rows. */
export function sinkBatches(sink: FrameSink): PacketBatch[] {
  const out: PacketBatch[] = [];
  if (sink.v4.n > 0) out.push(sink.v4);
  if (sink.v6 && sink.v6.n > 0) out.push(sink.v6);
  return out;
}

/**
 * Decodes the frame at `raw[off .. off + capLen)` into one row.
 * `wireLen` is its length before the capture cut it (never below capLen; anything else is taken as capLen).
 */
export function decodeFrame(sink: FrameSink, off: number, capLen: number, wireLen: number, link: number, atUs: number, record: number): void {
  const { raw, view } = sink;
  const end = off + capLen;
  const wireEnd = wireLen > capLen ? off + wireLen : end;
  let at: number, type: number;
  if (link === LINK.ethernet && capLen >= 34 && (type = view.getUint16(off + 12)) === 0x0800) at = off + 14;
  else {
    networkLayer(raw, off, end, link, FOUND);
    at = FOUND.at;
    type = FOUND.etherType;
  }
  if (type === 0x0800) decodeIpv4(sink, at, end, wireEnd, atUs, record);
  else if (type === 0x86dd) decodeIpv6(sink, at, end, wireEnd, atUs, record);
  else frameOther(sink.v4, type, FOUND.cut ? BIT.cut : 0, atUs, record);
}

/**
 * Decodes frames [0, n) of a record table, in order: exactly as {@link decodeFrame} does one by one, which takes every frame but the most
 * common kind of a telescope. That kind (Ethernet, IPv4 without options, whole unfragmented TCP) is read here with the columns in locals.
 * `record` is the number of frame 0. Arrays have at least n entries.
 */
export function decodeFrames(sink: FrameSink, n: number, off: Uint32Array, capLen: Uint32Array, wireLen: Uint32Array, link: Uint16Array, at: Float64Array, record: number): void {
  const { raw, view, v4, checksums } = sink;
  const { atUs, src, dst, proto, sport, dport, ttl, ipid, ipBits, flags, seq, ack, window, optionsKey: keys, ipLen, payloadLen, optOff, optLen, payOff, payKept, innerOff, innerLen, record: records } = v4;
  for (let i = 0; i < n; i++) {
    const frame = off[i] as number, captured = capLen[i] as number, ip = frame + 14;
    if (link[i] !== LINK.ethernet || captured < 54 || view.getUint32(frame + 12) >>> 8 !== 0x080045 || raw[ip + 9] !== PROTO.tcp) {
      decodeFrame(sink, frame, captured, wireLen[i] as number, link[i] as number, at[i] as number, record + i);
      continue;
    }
    const total = view.getUint16(ip + 2), fragment = view.getUint16(ip + 6), tcp = ip + 20, word = view.getUint16(tcp + 12), headerLen = (word >> 12) << 2;
    if ((fragment & 0x3fff) !== 0 || 14 + total > captured || headerLen < 20 || 20 + headerLen > total) {
      decodeFrame(sink, frame, captured, wireLen[i] as number, LINK.ethernet, at[i] as number, record + i);
      continue;
    }
    const row = v4.n++, payload = total - 20 - headerLen;
    let bits = BIT.hasTransport | (fragment & 0x4000 ? BIT.dontFragment : 0) | (fragment & 0x8000 ? BIT.reserved : 0);
    if (headerSumWrong(view, ip, 20)) bits |= BIT.badIpChecksum;
    if (checksums) bits |= transportSumWrong(view, PROTO.tcp, tcp, ip + total, ip + 12, ip + 16, 4);
    atUs[row] = at[i] as number;
    src[row] = view.getUint32(ip + 12);
    dst[row] = view.getUint32(ip + 16);
    proto[row] = PROTO.tcp;
    sport[row] = view.getUint16(tcp);
    dport[row] = view.getUint16(tcp + 2);
    ttl[row] = raw[ip + 8] as number;
    ipid[row] = view.getUint16(ip + 4);
    ipBits[row] = bits;
    flags[row] = word & 0xfff;
    seq[row] = view.getUint32(tcp + 4);
    ack[row] = view.getUint32(tcp + 8);
    window[row] = view.getUint16(tcp + 14);
    ipLen[row] = total;
    payloadLen[row] = payload;
    optLen[row] = headerLen - 20;
    optOff[row] = headerLen > 20 ? tcp + 20 : 0;
    keys[row] = headerLen > 20 ? optionsKey(raw, tcp + 20, headerLen - 20) : 0;
    payOff[row] = payload > 0 ? tcp + headerLen : 0;
    payKept[row] = payload < PAYLOAD_KEPT ? payload : PAYLOAD_KEPT;
    innerOff[row] = 0;
    innerLen[row] = 0;
    records[row] = record + i;
  }
}

/** Scratch of the cold link layers: one object for the thread, written before it is read. */
const FOUND: NetworkLayer = { at: 0, etherType: 0, cut: false };

function frameOther(batch: PacketBatch, etherType: number, bits: number, atUs: number, record: number): void {
  const n = batch.n++;
  batch.atUs[n] = atUs;
  batch.record[n] = record;
  batch.src[n] = 0;
  batch.dst[n] = 0;
  batch.proto[n] = PROTO.none;
  batch.ttl[n] = 0;
  batch.ipid[n] = 0;
  batch.ipLen[n] = 0;
  noTransport(batch, n);
  batch.seq[n] = etherType;
  batch.ipBits[n] = BIT.notIp | bits;
}

/** Zeroes every column that only a transport header fills. */
function noTransport(batch: PacketBatch, n: number): void {
  batch.sport[n] = 0;
  batch.dport[n] = 0;
  batch.flags[n] = 0;
  batch.seq[n] = 0;
  batch.ack[n] = 0;
  batch.window[n] = 0;
  batch.optionsKey[n] = 0;
  batch.payloadLen[n] = 0;
  batch.optOff[n] = 0;
  batch.optLen[n] = 0;
  batch.payOff[n] = 0;
  batch.payKept[n] = 0;
  batch.innerOff[n] = 0;
  batch.innerLen[n] = 0;
}

function decodeIpv4(sink: FrameSink, at: number, end: number, wireEnd: number, atUs: number, record: number): void {
  const { raw, view } = sink;
  if (end - at < 20) { frameOther(sink.v4, 0x0800, BIT.cut, atUs, record); return; }
  const first = raw[at] as number;
  if (first === 0x60 || first >> 4 === 6) { decodeIpv6(sink, at, end, wireEnd, atUs, record); return; }
  const headerLen = (first & 15) << 2;
  if (first >> 4 !== 4 || headerLen < 20) { frameOther(sink.v4, 0x0800, BIT.malformed, atUs, record); return; }
  const batch = sink.v4;
  const n = batch.n++;
  const ipLen = view.getUint16(at + 2);
  const fragment = view.getUint16(at + 6);
  const proto = raw[at + 9] as number;
  batch.atUs[n] = atUs;
  batch.record[n] = record;
  batch.src[n] = view.getUint32(at + 12);
  batch.dst[n] = view.getUint32(at + 16);
  batch.proto[n] = proto;
  batch.ttl[n] = raw[at + 8] as number;
  batch.ipid[n] = view.getUint16(at + 4);
  batch.ipLen[n] = ipLen;
  let bits = (fragment & 0x4000 ? BIT.dontFragment : 0) | (fragment & 0x2000 ? BIT.moreFragments : 0) | (fragment & 0x8000 ? BIT.reserved : 0);
  const ipEnd = ipLen === 0 ? wireEnd : at + ipLen;
  const start = at + headerLen;
  if (ipEnd > wireEnd) bits |= BIT.malformed;
  if (start > end) {
    noTransport(batch, n);
    batch.ipBits[n] = bits | BIT.cut;
    return;
  }
  if (headerSumWrong(view, at, headerLen)) bits |= BIT.badIpChecksum;
  if (ipEnd < start) {
    noTransport(batch, n);
    batch.ipBits[n] = bits | BIT.malformed;
    return;
  }
  if ((fragment & 0x1fff) !== 0) {
    noTransport(batch, n);
    keepPayload(batch, n, start, ipEnd, end);
    batch.ipBits[n] = bits | BIT.laterFragment;
    return;
  }
  bits |= transport(sink, batch, n, proto, start, end, ipEnd);
  if (sink.checksums && ipEnd <= end && (bits & (BIT.moreFragments | BIT.malformed)) === 0) bits |= transportSumWrong(view, proto, start, ipEnd, at + 12, headerLen > 20 ? routedTo(raw, at, start) : at + 16, 4);
  batch.ipBits[n] = bits;
}

function decodeIpv6(sink: FrameSink, at: number, end: number, wireEnd: number, atUs: number, record: number): void {
  const { raw, view } = sink;
  if (end - at < 40) { frameOther(sink.v4, 0x86dd, BIT.cut, atUs, record); return; }
  if ((raw[at] as number) >> 4 !== 6) { frameOther(sink.v4, 0x86dd, BIT.malformed, atUs, record); return; }
  const batch = sink.v6 ??= newSixBatch(sink);
  const n = batch.n++;
  const plen = view.getUint16(at + 4);
  let proto = raw[at + 6] as number;
  batch.atUs[n] = atUs;
  batch.record[n] = record;
  for (let w = 0; w < 4; w++) {
    batch.src[4 * n + w] = view.getUint32(at + 8 + 4 * w);
    batch.dst[4 * n + w] = view.getUint32(at + 24 + 4 * w);
  }
  batch.ttl[n] = raw[at + 7] as number;
  batch.ipid[n] = 0;
  let ipLen = 40 + plen, ipEnd = plen === 0 ? wireEnd : at + ipLen;
  let start = at + 40, bits = 0, fragmented = false, finalDst = at + 24;
  // Each step moves at least eight bytes on, so the walk ends with the captured bytes.
  chain: for (;;) {
    const stop = ipEnd < end ? ipEnd : end;
    switch (proto) {
      case 0: case 43: case 60: {
        if (start + 8 > stop) { bits |= start + 8 > ipEnd ? BIT.malformed : BIT.cut; break chain; }
        const next = raw[start] as number, size = ((raw[start + 1] as number) + 1) << 3;
        if (proto === 0 && plen === 0) {
          const jumbo = jumboLength(raw, view, start, Math.min(start + size, end));
          if (jumbo > 0) { ipLen = 40 + jumbo; ipEnd = at + ipLen; }
        }
        // The checksum covers the final destination (RFC 8200 §8.1): the last address of a routing header with segments left, the
        // first of a segment routing header (RFC 8754, listed backwards).
        if (proto === 43 && raw[start + 3] !== 0 && start + size <= stop && size >= 24) finalDst = raw[start + 2] === 4 ? start + 8 : start + size - 16;
        proto = next;
        start += size;
        break;
      }
      case 51: {
        if (start + 8 > stop) { bits |= start + 8 > ipEnd ? BIT.malformed : BIT.cut; break chain; }
        proto = raw[start] as number;
        start += ((raw[start + 1] as number) + 2) << 2;
        break;
      }
      case 44: {
        if (start + 8 > stop) { bits |= start + 8 > ipEnd ? BIT.malformed : BIT.cut; break chain; }
        const word = view.getUint16(start + 2);
        if (!fragmented) batch.ipid[n] = view.getUint32(start + 4);
        if (word & 1) bits |= BIT.moreFragments;
        proto = raw[start] as number;
        start += 8;
        fragmented = true;
        if (word >> 3 !== 0) { bits |= BIT.laterFragment; break chain; }
        break;
      }
      default: break chain;
    }
  }
  batch.proto[n] = proto;
  batch.ipLen[n] = ipLen;
  if (ipEnd > wireEnd) bits |= BIT.malformed;
  if (start > end || ipEnd < start) {
    noTransport(batch, n);
    batch.ipBits[n] = bits | (ipEnd < start ? BIT.malformed : BIT.cut);
    return;
  }
  if ((bits & (BIT.laterFragment | BIT.cut)) !== 0 || isChained(proto)) {
    noTransport(batch, n);
    keepPayload(batch, n, start, ipEnd, end);
    batch.ipBits[n] = bits;
    return;
  }
  bits |= transport(sink, batch, n, proto, start, end, ipEnd);
  if (sink.checksums && !(fragmented && bits & BIT.moreFragments) && ipEnd <= end && (bits & BIT.malformed) === 0) bits |= transportSumWrong(view, proto, start, ipEnd, at + 8, finalDst, 16);
  batch.ipBits[n] = bits;
}

/** Extension headers that a broken chain may have stopped at. */
function isChained(proto: number): boolean {
  return proto === 0 || proto === 43 || proto === 44 || proto === 51 || proto === 60;
}

function newSixBatch(sink: FrameSink): PacketBatch {
  const batch = newPacketBatch(6, sink.v4.sensor, sink.v4.capacity);
  batch.raw = sink.raw;
  return batch;
}

/** The jumbo payload option (RFC 2675) of a hop-by-hop header, 0 if there is none. */
function jumboLength(raw: Uint8Array, view: DataView, start: number, end: number): number {
  let at = start + 2;
  while (at + 2 <= end) {
    const kind = raw[at] as number;
    if (kind === 0) { at++; continue; }
    const size = raw[at + 1] as number;
    if (kind === 0xc2 && size === 4 && at + 6 <= end) return view.getUint32(at + 2);
    at += 2 + size;
  }
  return 0;
}

/** `payloadLen` as the headers say, `payOff` and `payKept` as captured. */
function keepPayload(batch: PacketBatch, n: number, from: number, ipEnd: number, end: number): void {
  const said = ipEnd - from;
  batch.payloadLen[n] = said > 0 ? said : 0;
  const kept = (ipEnd < end ? ipEnd : end) - from;
  batch.payOff[n] = kept > 0 ? from : 0;
  batch.payKept[n] = kept <= 0 ? 0 : kept < PAYLOAD_KEPT ? kept : PAYLOAD_KEPT;
}

/** Everything behind the IP header of a packet that is no later fragment. Writes all transport columns; returns bits to add. */
function transport(sink: FrameSink, batch: PacketBatch, n: number, proto: number, start: number, end: number, ipEnd: number): number {
  const { raw, view } = sink;
  const stop = ipEnd < end ? ipEnd : end;
  if (proto === PROTO.tcp && stop - start >= 20) {
    const word = view.getUint16(start + 12);
    const headerLen = (word >> 12) << 2;
    batch.sport[n] = view.getUint16(start);
    batch.dport[n] = view.getUint16(start + 2);
    batch.seq[n] = view.getUint32(start + 4);
    batch.ack[n] = view.getUint32(start + 8);
    batch.flags[n] = word & 0xfff;
    batch.window[n] = view.getUint16(start + 14);
    batch.innerOff[n] = 0;
    batch.innerLen[n] = 0;
    let bits: number = BIT.hasTransport;
    let optLen = headerLen - 20;
    if (start + headerLen > stop || optLen < 0) {
      bits |= optLen < 0 || start + headerLen > ipEnd ? BIT.malformed : BIT.cut;
      optLen = optLen < 0 ? 0 : stop - start - 20;
    }
    batch.optLen[n] = optLen;
    if (optLen > 0) {
      batch.optOff[n] = start + 20;
      batch.optionsKey[n] = optionsKey(raw, start + 20, optLen);
    } else {
      batch.optOff[n] = 0;
      batch.optionsKey[n] = 0;
    }
    if (headerLen < 20) keepPayload(batch, n, stop, stop, stop);
    else keepPayload(batch, n, start + headerLen, ipEnd, end);
    return bits;
  }
  noTransport(batch, n);
  const room = stop - start;
  const short = (need: number): number => (room >= need ? 0 : start + need > ipEnd ? BIT.malformed : BIT.cut);
  switch (proto) {
    case PROTO.tcp: {
      if (room >= 4) { batch.sport[n] = view.getUint16(start); batch.dport[n] = view.getUint16(start + 2); }
      if (room >= 8) batch.seq[n] = view.getUint32(start + 4);
      if (room >= 12) batch.ack[n] = view.getUint32(start + 8);
      if (room >= 14) batch.flags[n] = view.getUint16(start + 12) & 0xfff;
      if (room >= 16) batch.window[n] = view.getUint16(start + 14);
      return short(20) | (room >= 4 ? BIT.hasTransport : 0);
    }
    case PROTO.udp: case 136: {
      if (room < 4) return short(8);
      batch.sport[n] = view.getUint16(start);
      batch.dport[n] = view.getUint16(start + 2);
      if (room < 8) return short(8) | BIT.hasTransport;
      let bits: number = BIT.hasTransport, udpEnd = ipEnd;
      // A UDP length of 0 is a jumbogram's; UDP-Lite has a checksum coverage in this place.
      const said = proto === PROTO.udp ? view.getUint16(start + 4) : 0;
      if (said !== 0) {
        if (said < 8 || start + said > ipEnd) bits |= BIT.malformed;
        else udpEnd = start + said;
      }
      keepPayload(batch, n, start + 8, udpEnd, end);
      return bits;
    }
    case PROTO.icmp: case PROTO.icmp6: {
      if (room < 2) return short(8);
      const type = raw[start] as number;
      batch.sport[n] = type;
      batch.dport[n] = raw[start + 1] as number;
      if (room < 8) return (start + 4 > ipEnd ? BIT.malformed : start + 8 > ipEnd ? 0 : BIT.cut) | BIT.hasTransport;
      keepPayload(batch, n, start + 8, ipEnd, end);
      const quotes = proto === PROTO.icmp ? type === 3 || type === 4 || type === 5 || type === 11 || type === 12 : type >= 1 && type <= 4;
      if (quotes) inner(raw, batch, n, start + 8, stop, 0);
      return BIT.hasTransport;
    }
    case PROTO.sctp: {
      if (room < 4) return short(12);
      batch.sport[n] = view.getUint16(start);
      batch.dport[n] = view.getUint16(start + 2);
      if (room >= 12) keepPayload(batch, n, start + 12, ipEnd, end);
      return short(12) | BIT.hasTransport;
    }
    case 33: { // DCCP, RFC 4340 §5.1: data offset in words at byte 4
      if (room < 4) return short(12);
      batch.sport[n] = view.getUint16(start);
      batch.dport[n] = view.getUint16(start + 2);
      if (room >= 12) keepPayload(batch, n, Math.min(start + ((raw[start + 4] as number) << 2), ipEnd), ipEnd, end);
      return short(12) | BIT.hasTransport;
    }
    case PROTO.gre: {
      keepPayload(batch, n, start, ipEnd, end);
      if (room < 4) return short(4);
      greInner(raw, view, batch, n, start, stop);
      return 0;
    }
    case 4: case 41: {
      keepPayload(batch, n, start, ipEnd, end);
      inner(raw, batch, n, start, stop, proto === 4 ? 4 : 6);
      return 0;
    }
    default:
      keepPayload(batch, n, start, ipEnd, end);
      return 0;
  }
}

/** Notes an inner IP packet at `at` if its whole fixed header was captured; `family` 0 accepts both. */
function inner(raw: Uint8Array, batch: PacketBatch, n: number, at: number, stop: number, family: 0 | 4 | 6): void {
  if (at >= stop) return;
  const first = raw[at] as number, version = first >> 4;
  if (family !== 0 && version !== family) return;
  if (version === 4 ? stop - at < 20 || (first & 15) < 5 : version !== 6 || stop - at < 40) return;
  batch.innerOff[n] = at;
  batch.innerLen[n] = Math.min(stop - at, 0xffff);
}

/** GRE version 0 with optional checksum, key and sequence number (RFC 2784, 2890); IP directly or in bridged Ethernet. */
function greInner(raw: Uint8Array, view: DataView, batch: PacketBatch, n: number, start: number, stop: number): void {
  const word = view.getUint16(start), type = view.getUint16(start + 2);
  if ((word & 0x4007) !== 0) return; // source routing (RFC 1701) and version 1 (PPTP) carry no IP header at a known place
  let at = start + 4 + (word & 0x8000 ? 4 : 0) + (word & 0x2000 ? 4 : 0) + (word & 0x1000 ? 4 : 0);
  let inside = type;
  if (type === 0x6558) {
    if (at + 14 > stop) return;
    inside = view.getUint16(at + 12);
    at += 14;
  }
  if (inside === 0x0800) inner(raw, batch, n, at, stop, 4);
  else if (inside === 0x86dd) inner(raw, batch, n, at, stop, 6);
}

function headerSumWrong(view: DataView, at: number, headerLen: number): boolean {
  let sum = sumWords(view, at, headerLen, 0);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ((sum + (sum >>> 16)) & 0xffff) !== 0xffff;
}

/** Where the final destination of an IPv4 packet with options stands: in a loose or strict source route (RFC 791), else in the header. */
function routedTo(raw: Uint8Array, at: number, start: number): number {
  for (let o = at + 20; o + 2 < start;) {
    const kind = raw[o] as number;
    if (kind === 0) break;
    if (kind === 1) { o++; continue; }
    const size = raw[o + 1] as number;
    if (size < 2 || o + size > start) break;
    if ((kind === 131 || kind === 137) && size >= 7 && (raw[o + 2] as number) <= size - 3) return o + size - 4;
    o += size;
  }
  return at + 16;
}

/** BIT.badChecksum or 0, over a whole packet; the pseudo-header's addresses stand at `src` and `dst`. */
function transportSumWrong(view: DataView, proto: number, start: number, ipEnd: number, src: number, dst: number, addressBytes: number): number {
  let length = ipEnd - start;
  let sum = 0;
  switch (proto) {
    case PROTO.tcp: if (length < 20) return 0; break;
    case PROTO.udp: {
      if (length < 8 || (view.getUint16(start + 6) === 0 && addressBytes === 4)) return 0; // 0: the sender computed none
      const said = view.getUint16(start + 4);
      if (said >= 8 && said < length) length = said;
      break;
    }
    case PROTO.icmp: case PROTO.icmp6: if (length < 4) return 0; break;
    default: return 0;
  }
  // The pseudo-header; ICMP over IPv4 has none. A length above 65,535 (a jumbogram's) is two words of it.
  if (proto !== PROTO.icmp) sum = sumWords(view, dst, addressBytes, sumWords(view, src, addressBytes, proto + (length & 0xffff) + (length >>> 16)));
  sum = sumWords(view, start, length, sum);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ((sum + (sum >>> 16)) & 0xffff) !== 0xffff ? BIT.badChecksum : 0;
}

/** Sum of 16-bit words as in `internet-checksum.ts`, four bytes a step; stays below 2^31 for up to 64 KiB, folded on the way for more. */
function sumWords(view: DataView, from: number, length: number, start: number): number {
  let sum = start, at = from;
  const end = from + length;
  for (; at + 4 <= end; at += 4) {
    const word = view.getUint32(at);
    sum += (word >>> 16) + (word & 0xffff);
    if (sum > 0x3fffffff) sum = (sum & 0xffff) + (sum >>> 16);
  }
  if (at + 2 <= end) {
    sum += view.getUint16(at);
    at += 2;
  }
  return at < end ? sum + (view.getUint8(at) << 8) : sum;
}
