/**
 * One frame, one row: particular facts. Equality with tshark over real captures is in `test/oracle/`.
 * @module
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddressAt, parseAddress } from '../core/address.ts';
import { BIT, PAYLOAD_KEPT, TCP, type PacketBatch } from '../core/packet-batch.ts';
import { fromHex } from './codec.ts';
import { decodeFrame, decodeFrames, newFrameSink, sinkBatches } from './decode-frame.ts';
import { LINK } from './link-types.ts';
import { buildEthernetFrame, buildPacket, quotedPacket, type PacketSpec } from './packet-build.ts';

const SRC = 0xc0000201, DST = 0xc6336407;
const six = (text: string): Uint32Array => (parseAddress(text) as { words: Uint32Array }).words;
const SRC6 = six('2001:db8::1'), DST6 = six('2001:db8:77::9');
const SYN: PacketSpec = { src: SRC, dst: DST, proto: 6, sport: 40_000, dport: 23, seq: DST, flags: TCP.syn, window: 1024, ttl: 51, ipid: 54_321 };

/** Decodes one frame that stands at offset 7 of a larger array; returns its batch, whose row 0 it is. */
function decode(frame: Uint8Array, link: number = LINK.ethernet, wireLen = frame.length): PacketBatch {
  const raw = new Uint8Array(frame.length + 20).fill(0xaa);
  raw.set(frame, 7);
  const sink = newFrameSink(raw, 'local/test', 1);
  decodeFrame(sink, 7, frame.length, wireLen, link, 1_000_000, 5);
  const batches = sinkBatches(sink);
  assert.equal(batches.length, 1);
  assert.equal(batches[0]?.n, 1);
  return batches[0] as PacketBatch;
}

function join(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? fromHex(part) : part)]));
}

test('a SYN in Ethernet fills every column', () => {
  const batch = decode(buildEthernetFrame(SYN));
  assert.equal(batch.family, 4);
  assert.deepEqual(
    [batch.atUs[0], batch.src[0], batch.dst[0], batch.proto[0], batch.sport[0], batch.dport[0], batch.ttl[0], batch.ipid[0], batch.flags[0], batch.seq[0], batch.window[0], batch.optionsKey[0], batch.ipLen[0], batch.payloadLen[0], batch.record[0]],
    [1_000_000, SRC, DST, 6, 40_000, 23, 51, 54_321, TCP.syn, DST, 1024, 0, 40, 0, 5],
  );
  assert.equal((batch.ipBits[0] as number) & ~BIT.dontFragment, BIT.hasTransport);
});

test('the same packet is read alike behind every link layer', () => {
  const packet = buildPacket(SYN), packet6 = buildPacket({ ...SYN, family: 6, src: SRC6, dst: DST6 });
  const macs = '020000000001 020000000002';
  const cases: [string, number, Uint8Array, 4 | 6][] = [
    ['VLAN', LINK.ethernet, join(macs, '8100 002a 0800', packet), 4],
    ['QinQ', LINK.ethernet, join(macs, '88a8 0001 8100 002a 86dd', packet6), 6],
    ['SNAP', LINK.ethernet, join(macs, '0030 aaaa03 000000 0800', packet), 4],
    ['MPLS', LINK.ethernet, join(macs, '8847 00010040 00020140', packet), 4],
    ['PPPoE', LINK.ethernet, join(macs, '8864 1100 0001 002a 0021', packet), 4],
    ['backbone', LINK.ethernet, join(macs, '88e7 00000001', macs, '86dd', packet6), 6],
    ['cooked v1', LINK.linuxCooked, join('0000 0001 0006 020000000001 0000 0800', packet), 4],
    ['cooked v2', LINK.linuxCooked2, join('86dd 0000 00000002 0001 00 06 020000000001 0000', packet6), 6],
    ['raw', LINK.raw, packet, 4], ['raw v6', LINK.raw, packet6, 6], ['IPv4', LINK.ipv4, packet, 4], ['IPv6', LINK.ipv6, packet6, 6],
    ['null little', LINK.null, join('02000000', packet), 4], ['null big', LINK.null, join('0000001e', packet6), 6], ['loop', LINK.loop, join('00000018', packet6), 6],
    ['PPP', LINK.ppp, join('ff03 0021', packet), 4], ['PPP compressed', LINK.ppp, join('57', packet6), 6], ['HDLC', LINK.ciscoHdlc, join('0f00 0800', packet), 4],
    ['NFLOG', LINK.nflog, join('02000000 08000100 00000000', Uint8Array.of((packet.length + 4) & 255, 0, 9, 0), packet), 4],
  ];
  for (const [name, link, frame, family] of cases) {
    const batch = decode(frame, link);
    assert.equal(batch.family, family, name);
    assert.equal(formatAddressAt(family, batch.dst, 0), family === 4 ? '198.51.100.7' : '2001:db8:77::9', name);
    assert.deepEqual([batch.sport[0], batch.dport[0], batch.seq[0]], [40_000, 23, DST], name);
    assert.ok((batch.ipBits[0] as number) & BIT.hasTransport, name);
  }
});

test('a frame without IP keeps its row and its EtherType', () => {
  const arp = decode(fromHex('ffffffffffff 020000000001 0806 0001080006040001 020000000001 c0000201 000000000000 c0000202'));
  assert.deepEqual([arp.ipBits[0], arp.seq[0], arp.proto[0], arp.src[0], arp.dst[0]], [BIT.notIp, 0x0806, 255, 0, 0]);
  const radio = decode(new Uint8Array(30), 127);
  assert.equal(radio.ipBits[0], BIT.notIp);
  const nothing = decode(new Uint8Array(0));
  assert.equal(nothing.ipBits[0], BIT.notIp | BIT.cut);
});

test('a capture that stops early keeps what it has and says so', () => {
  const frame = buildEthernetFrame({ ...SYN, options: fromHex('020405b4010303080101040200000000') });
  for (let kept = 0; kept < frame.length; kept++) {
    const batch = decode(frame.subarray(0, kept), LINK.ethernet, frame.length), bits = batch.ipBits[0] as number;
    assert.ok(bits & BIT.cut, `${kept} bytes`);
    assert.equal((bits & BIT.notIp) !== 0, kept < 34, `${kept} bytes`);
    assert.equal((bits & BIT.hasTransport) !== 0, kept >= 38, `${kept} bytes`);
    assert.equal(bits & BIT.malformed, 0, `${kept} bytes`);
    if (kept >= 42) assert.equal(batch.seq[0], DST);
    if (kept >= 54) assert.equal(batch.optLen[0], kept - 54);
  }
});

test('padding behind a short packet is not payload', () => {
  const batch = decode(join(buildEthernetFrame({ src: SRC, dst: DST, proto: 17, sport: 1, dport: 53, payload: Uint8Array.of(1, 2, 3) }), new Uint8Array(15)));
  assert.deepEqual([batch.payloadLen[0], batch.payKept[0]], [3, 3]);
  assert.deepEqual([...batch.raw.subarray(batch.payOff[0], (batch.payOff[0] as number) + 3)], [1, 2, 3]);
});

test('of a long payload the first bytes are kept and its length is told', () => {
  const batch = decode(buildEthernetFrame({ src: SRC, dst: DST, proto: 17, sport: 1, dport: 53, payload: new Uint8Array(1_000) }));
  assert.deepEqual([batch.payloadLen[0], batch.payKept[0]], [1_000, PAYLOAD_KEPT]);
});

test('ICMP keeps type and code where others keep ports, and shows the packet that it quotes', () => {
  const quoted = buildPacket({ src: DST, dst: SRC, proto: 17, sport: 33_434, dport: 53, payload: new Uint8Array(8) });
  const packet = buildPacket({ src: SRC, dst: DST, proto: 1, sport: 3, dport: 3, payload: quotedPacket(quoted) });
  const batch = decode(packet, LINK.raw);
  assert.deepEqual([batch.sport[0], batch.dport[0], batch.payloadLen[0]], [3, 3, 28]);
  const at = batch.innerOff[0] as number;
  assert.deepEqual([...batch.raw.subarray(at, at + (batch.innerLen[0] as number))], [...quotedPacket(quoted)]);
});

test('tunnels keep the outer packet and show where the inner one stands', () => {
  const inside = buildPacket(SYN), inside6 = buildPacket({ ...SYN, family: 6, src: SRC6, dst: DST6 });
  for (const [proto, payload, offset] of [[4, inside, 0], [41, inside6, 0], [47, join('00000800', inside), 4], [47, join('2000 86dd 00000064', inside6), 8], [47, join('0000 6558', new Uint8Array(12), '0800', inside), 18]] as const) {
    const packet = join(buildPacket({ src: SRC, dst: DST, proto, payload }));
    const batch = decode(packet, LINK.raw);
    assert.deepEqual([batch.proto[0], batch.src[0], batch.innerOff[0], batch.innerLen[0]], [proto, SRC, 7 + 20 + offset, payload.length - offset]);
    assert.equal((batch.ipBits[0] as number) & BIT.hasTransport, 0);
  }
});

test('a later fragment has no ports, whatever its bytes look like', () => {
  const packet = buildPacket(SYN);
  packet[6] = 0x20;
  packet[7] = 3;
  const batch = decode(packet, LINK.raw);
  assert.equal((batch.ipBits[0] as number) & (BIT.laterFragment | BIT.moreFragments | BIT.hasTransport), BIT.laterFragment | BIT.moreFragments);
  assert.deepEqual([batch.sport[0], batch.dport[0], batch.seq[0], batch.flags[0]], [0, 0, 0, 0]);
});

test('IPv6 extension headers are walked to the transport, and a fragment header gives the identification', () => {
  const packet = buildPacket({ ...SYN, family: 6, src: SRC6, dst: DST6 });
  const chained = join(packet.subarray(0, 40), '3c00050200000000', '2c00010400000000', '06000001 deadbeef', packet.subarray(40));
  chained[6] = 0;
  new DataView(chained.buffer).setUint16(4, chained.length - 40);
  const batch = decode(chained, LINK.raw);
  assert.deepEqual([batch.proto[0], batch.ipid[0], batch.dport[0], batch.ipLen[0]], [6, 0xdeadbeef, 23, chained.length]);
  assert.ok((batch.ipBits[0] as number) & BIT.moreFragments);
});

test('wrong checksums are told and drop nothing', () => {
  const good = buildPacket({ ...SYN, payload: Uint8Array.of(1, 2, 3) });
  assert.equal((decode(good, LINK.raw).ipBits[0] as number) & (BIT.badChecksum | BIT.badIpChecksum), 0);
  const badIp = good.slice(), badTcp = good.slice();
  badIp[10] = (badIp[10] as number) ^ 1;
  badTcp[36] = (badTcp[36] as number) ^ 1;
  assert.equal((decode(badIp, LINK.raw).ipBits[0] as number) & (BIT.badChecksum | BIT.badIpChecksum), BIT.badIpChecksum);
  assert.equal((decode(badTcp, LINK.raw).ipBits[0] as number) & (BIT.badChecksum | BIT.badIpChecksum), BIT.badChecksum);
  assert.equal(decode(badTcp, LINK.raw).dport[0], 23);
});

test('contradicting lengths are malformed, and what can be read is kept', () => {
  const beyond = buildPacket(SYN);
  beyond[3] = 200;
  const shortOffset = buildPacket(SYN);
  shortOffset[32] = 0x40;
  const longOffset = buildPacket(SYN);
  longOffset[32] = 0xf0;
  const shortTotal = buildPacket(SYN);
  shortTotal[3] = 19;
  for (const packet of [beyond, shortOffset, longOffset, shortTotal]) {
    const batch = decode(packet, LINK.raw);
    assert.ok((batch.ipBits[0] as number) & BIT.malformed);
    assert.deepEqual([batch.src[0], batch.dst[0], batch.ttl[0]], [SRC, DST, 51]);
  }
  assert.equal((decode(shortTotal, LINK.raw).ipBits[0] as number) & BIT.hasTransport, 0);
});

test('rows of a batch that is used again hold nothing of before', () => {
  const full = buildPacket({ ...SYN, options: fromHex('020405b4'), payload: new Uint8Array(9) }), echo = buildPacket({ src: SRC, dst: DST, proto: 47, payload: Uint8Array.of(0, 0) });
  const before = newFrameSink(full, 'local/a', 1);
  decodeFrame(before, 0, full.length, full.length, LINK.raw, 1, 1);
  before.v4.tool[0] = 1;
  before.v4.asn[0] = 64_500;
  const again = newFrameSink(echo, 'local/b', 1, true, { v4: before.v4 }), fresh = newFrameSink(echo, 'local/b', 1);
  assert.equal(again.v4, before.v4);
  decodeFrame(again, 0, echo.length, echo.length, LINK.raw, 2, 2);
  decodeFrame(fresh, 0, echo.length, echo.length, LINK.raw, 2, 2);
  assert.deepEqual(again.v4, fresh.v4);
});

test('the loop with columns in locals gives what frame by frame gives, whatever the frame', () => {
  const bases = [SYN, { ...SYN, options: fromHex('020405b40101080a0000000100000002') }, { ...SYN, payload: new Uint8Array(300) }, { src: 1, dst: 2, proto: 17, payload: new Uint8Array(5) }].map((spec) => buildEthernetFrame(spec));
  const change = fc.tuple(fc.nat({ max: 70 }), fc.nat({ max: 255 }));
  fc.assert(fc.property(fc.constantFrom(...bases), fc.array(change, { maxLength: 3 }), fc.nat({ max: 80 }), fc.nat({ max: 100 }), fc.boolean(), (base, changes, cut, more, checksums) => {
    const frame = base.slice(0, Math.max(0, base.length - (cut > 40 ? 0 : cut)));
    for (const [at, value] of changes) if (at < frame.length) frame[at] = value;
    const raw = join(new Uint8Array(3), frame, new Uint8Array(9)), wire = frame.length + more;
    const one = newFrameSink(raw, 'local/test', 1, checksums), many = newFrameSink(raw, 'local/test', 1, checksums);
    decodeFrame(one, 3, frame.length, wire, LINK.ethernet, 5, 9);
    decodeFrames(many, 1, Uint32Array.of(3), Uint32Array.of(frame.length), Uint32Array.of(wire), Uint16Array.of(LINK.ethernet), Float64Array.of(5), 9);
    assert.deepEqual(sinkBatches(many), sinkBatches(one));
  }), { numRuns: 2_000 });
});
