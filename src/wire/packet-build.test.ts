/** Packets that we build: lengths, checksums and fields, against the decoder and against arithmetic of our own. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BIT, PROTO } from '../core/packet-batch.ts';
import { decodeFrame, newFrameSink } from './decode-frame.ts';
import { LINK } from './link-types.ts';
import { OPTION_BYTES, buildEthernetFrame, buildPacket, fold, joinOptions, packetLength, pseudoSum, quotedPacket, sum16, writePacket, type PacketSpec } from './packet-build.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });
const short = fc.integer({ min: 0, max: 0xffff });
const byte = fc.integer({ min: 0, max: 255 });
const spec = fc.record({
  family: fc.constantFrom(4 as const, 6 as const), proto: fc.constantFrom(PROTO.tcp, PROTO.udp, PROTO.icmp, PROTO.icmp6),
  words: fc.tuple(fc.array(word, { minLength: 4, maxLength: 4 }), fc.array(word, { minLength: 4, maxLength: 4 })),
  sport: short, dport: short, ttl: byte, ipid: short, dontFragment: fc.boolean(), tos: byte, flags: fc.integer({ min: 0, max: 0x1ff }),
  seq: word, ack: word, window: short, urgent: short, icmpRest: word,
  options: fc.uint8Array({ maxLength: 40 }), payload: fc.uint8Array({ maxLength: 200 }),
}).map((r): PacketSpec => ({
  ...r, src: r.family === 6 ? r.words[0] : r.words[0][0] as number, dst: r.family === 6 ? r.words[1] : r.words[1][0] as number,
  ...(r.proto === PROTO.icmp || r.proto === PROTO.icmp6 ? { sport: r.sport & 255, dport: r.dport & 255 } : {}),
}));

test('the sum over every built header, its checksum included, folds to zero', () => {
  fc.assert(fc.property(spec, (s) => {
    const bytes = buildPacket(s), six = s.family === 6, at = six ? 40 : 20;
    if (!six) assert.equal(fold(sum16(bytes, 0, 20, 0)), 0);
    const bare = s.proto === PROTO.icmp;
    assert.equal(fold(sum16(bytes, at, bytes.length, bare ? 0 : pseudoSum(bytes, 0, six, s.proto, bytes.length - at))), 0);
  }));
});

test('the checksum of a known header is the published one', () => {
  // The example of RFC 1071, section 3: 00 01 f2 03 f4 f5 f6 f7 sum to ddf2, so the field is 220d.
  assert.equal(fold(sum16(Uint8Array.of(0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7), 0, 8, 0)), 0x220d);
});

test('what is built decodes to what was asked for', () => {
  fc.assert(fc.property(spec, (s) => {
    const frame = buildEthernetFrame(s);
    const sink = newFrameSink(frame, 'local/t', 1);
    decodeFrame(sink, 0, frame.length, frame.length, LINK.ethernet, 1, 0);
    const batch = s.family === 6 ? sink.v6 : sink.v4;
    assert.ok(batch && batch.n === 1);
    assert.equal(batch.ipBits[0]! & (BIT.badIpChecksum | BIT.badChecksum | BIT.malformed | BIT.cut), 0);
    assert.equal(batch.proto[0], s.proto);
    assert.deepEqual([...batch.src.subarray(0, s.family === 6 ? 4 : 1)], typeof s.src === 'number' ? [s.src] : [...s.src as number[]]);
    assert.equal(batch.ttl[0], s.ttl);
    assert.equal(batch.sport[0], s.sport);
    assert.equal(batch.dport[0], s.dport);
    assert.equal(batch.payloadLen[0], s.payload!.length);
    if (s.family === 4) {
      assert.equal(batch.ipid[0], s.ipid);
      assert.equal(batch.ipLen[0], packetLength(s));
      assert.equal((batch.ipBits[0]! & BIT.dontFragment) !== 0, s.dontFragment);
    }
    if (s.proto === PROTO.tcp) {
      assert.deepEqual([batch.seq[0], batch.ack[0], batch.window[0], batch.flags[0]! & 0x1ff], [s.seq, s.ack, s.window, s.flags]);
      assert.equal(batch.optLen[0], (s.options!.length + 3) & ~3);
    }
  }));
});

test('a UDP sum of zero is sent as ffff, and no checksum only where IPv4 allows it', () => {
  // Payload chosen so that the folded sum is ffff and the field would be 0.
  for (let k = 0; k < 65_536; k++) {
    const bytes = buildPacket({ src: 1, dst: 2, proto: PROTO.udp, sport: 1, dport: 2, payload: Uint8Array.of(k >>> 8, k & 255) });
    const field = (bytes[26]! << 8) | bytes[27]!;
    assert.notEqual(field, 0);
  }
  const none = { src: [0, 0, 0, 1], dst: [0, 0, 0, 2], proto: PROTO.udp, noChecksum: true };
  assert.deepEqual([...buildPacket({ ...none, src: 1, dst: 2 }).subarray(26, 28)], [0, 0]);
  assert.notDeepEqual([...buildPacket({ ...none, family: 6 }).subarray(46, 48)], [0, 0]);
});

test('what does not fit is refused before anything is written', () => {
  assert.throws(() => buildPacket({ src: 1, dst: 2, proto: PROTO.tcp, options: new Uint8Array(41) }), RangeError);
  assert.throws(() => buildPacket({ src: 1, dst: 2, proto: PROTO.udp, payload: new Uint8Array(65_520) }), RangeError);
  assert.throws(() => writePacket({ src: 1, dst: 2, proto: PROTO.tcp }, new Uint8Array(39), 0), RangeError);
  assert.throws(() => buildPacket({ family: 6, src: 1, dst: 2, proto: PROTO.tcp }), RangeError);
});

test('a quotation is the IP header and eight bytes', () => {
  const packet = buildPacket({ src: 1, dst: 2, proto: PROTO.tcp, sport: 7, dport: 9, options: joinOptions(OPTION_BYTES.mss(1460)) });
  assert.equal(quotedPacket(packet).length, 28);
  assert.deepEqual(quotedPacket(packet), packet.subarray(0, 28));
});
