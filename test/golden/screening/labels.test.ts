/**
 * Labels, roles and reasons, packet by packet.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { BIT, NO_REGION, PROTO, TCP, newPacketBatch, unpackCountry, type PacketBatch } from '../../../src/core/packet-batch.ts';
import { LABELS, ROLES, TOOLS } from '../../../src/core/vocabulary.ts';
import { parseAddress, requireCidr } from '../../../src/core/address.ts';
import { scannerLists } from '../../../src/observations/tag/scanner-list.ts';
import { OPTION_BYTES, type PacketSpec } from '../../../src/wire/packet-build.ts';
import { annotatedPackets, annotatorFor } from '../fingerprints/captures.ts';

const word = (text: string) => parseAddress(text)!.words[0] as number;
const lists = scannerLists([{ cidr: requireCidr('162.142.125.0/24'), name: 'Example Census' }, { cidr: requireCidr('2602:80d:1000::/44'), name: 'Six Census' }]);
const annotator = annotatorFor(['133.11.0.0/24', '2001:200:dead::/48'], lists, ['133.12.0.0/16']);
const DARK = '133.11.0.7';

const syn = (from: string, to = DARK, more: Partial<PacketSpec> = {}): PacketSpec => ({ src: word(from), dst: word(to), proto: PROTO.tcp, flags: TCP.syn, sport: 40_000, dport: 23, ttl: 50, dontFragment: true, ipid: 7, seq: 99, window: 64_240, options: OPTION_BYTES.mss(1460), ...more });
const udp = (from: string, sport: number, dport: number, text: string): PacketSpec => ({ src: word(from), dst: word(DARK), proto: PROTO.udp, sport, dport, ttl: 50, payload: Buffer.from(text, 'latin1') });

/** Packet → label, role, tool, and words that the reasons must hold. */
const CASES: readonly (readonly [string, PacketSpec, string, string, string, RegExp])[] = [
  ['an ordinary SYN', syn('8.8.4.4'), 'unexplained', 'unknown', '', /^$/],
  ['a SYN of Mirai', syn('8.8.4.4', DARK, { seq: word(DARK), options: new Uint8Array(0) }), 'known-malware', 'unknown', 'mirai', /mirai-seq \(mirai, chance 2\^-32\)/],
  ['a SYN of ZMap', syn('8.8.4.4', DARK, { ipid: 54_321, window: 65_535, ttl: 245, dontFragment: false, options: new Uint8Array(0) }), 'unexplained', 'unknown', 'zmap', /zmap-ipid-syn/],
  ['a SYN from a listed scanner', syn('162.142.125.9'), 'research', 'research', '', /Example Census/],
  ['a listed scanner with a tool keeps both', syn('162.142.125.9', DARK, { ipid: 54_321, window: 65_535, ttl: 245, options: new Uint8Array(0) }), 'research', 'research', 'zmap', /Example Census/],
  ['a SYN+ACK', syn('8.8.4.4', DARK, { flags: TCP.syn | TCP.ack }), 'backscatter', 'victim', '', /tcp-synack/],
  ['a reset, even from a listed scanner: its address was used by others', syn('162.142.125.9', DARK, { flags: TCP.rst | TCP.ack }), 'backscatter', 'victim', '', /tcp-rst/],
  ["ZMap's SYN+ACK scan is no reply", syn('8.8.4.4', DARK, { flags: TCP.syn | TCP.ack, ipid: 54_321, window: 65_535, options: new Uint8Array(0) }), 'unexplained', 'unknown', 'zmap', /zmap-ipid-synack/],
  ['an ICMP unreachable', { src: word('8.8.4.4'), dst: word(DARK), proto: PROTO.icmp, sport: 3, dport: 1, payload: new Uint8Array(28) }, 'backscatter', 'victim', '', /icmp-reply/],
  ['a DNS answer', udp('8.8.4.4', 53, 4444, '\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0'), 'backscatter', 'victim', '', /dns-answer/],
  ['a DNS question from port 53', udp('8.8.4.4', 53, 53, '\x12\x34\x01\0\0\x01\0\0\0\0\0\0'), 'unexplained', 'unknown', '', /^$/],
  ['a private source', syn('192.168.1.5'), 'misconfiguration', 'unknown', '', /no private address can send here/],
  ['a documentation source towards a routed destination', syn('203.0.113.5'), 'misconfiguration', 'unknown', '', /no documentation address/],
  ['a private source in a laboratory', syn('192.168.1.5', '192.168.1.9'), 'unexplained', 'unknown', '', /^$/],
  ['a multicast destination', syn('8.8.4.4', '224.0.0.251'), 'misconfiguration', 'unknown', '', /group or broadcast/],
  ['source and destination alike, where the source is our own', syn(DARK, DARK), 'own', 'unknown', '', /your own/],
  ['our own network', syn('133.12.1.1'), 'own', 'unknown', '', /your own/],
  ['BitTorrent', udp('8.8.4.4', 6881, 6881, 'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe'), 'misconfiguration', 'unknown', '', /bittorrent-dht/],
  ['a probe for amplifiers stays visible', udp('8.8.4.4', 4444, 1900, 'M-SEARCH * HTTP/1.1\r\n'), 'unexplained', 'unknown', 'amplification', /amp-ssdp/],
  ['port 0', syn('8.8.4.4', DARK, { dport: 0 }), 'misconfiguration', 'unknown', '', /tcp-to-zero/],
];

for (const [name, packet, label, role, tool, reason] of CASES) {
  test(`${name}: ${label}, ${role}${tool === '' ? '' : `, ${tool}`}`, async () => {
    const [batch] = await annotatedPackets([packet], annotator) as [PacketBatch];
    assert.deepEqual([LABELS[batch.label[0] as number], ROLES[batch.role[0] as number], TOOLS[batch.tool[0] as number]], [label, role, tool]);
    const explained = annotator.explain(batch, 0);
    assert.deepEqual([explained.label, explained.role, explained.tool], [label, role, tool], 'explain says what annotate wrote');
    assert.match(explained.reasons.join('; '), reason);
    assert.equal(batch.region[0], (packet.dst as number) >>> 8 === word(DARK) >>> 8 ? 0 : NO_REGION);
  });
}

test('the same holds for IPv6: listed, own, replies, country, region', async () => {
  const six = (text: string) => parseAddress(text)!.words;
  const packets: PacketSpec[] = ['2602:80d:1000::5', '2001:200:dead::1', '2a00:1450::1', 'fe80::1'].map((from) => ({ family: 6, src: six(from), dst: six('2001:200:dead:1::9'), proto: PROTO.tcp, flags: TCP.syn, sport: 40_000, dport: 22 }));
  packets.push({ ...packets[2]!, flags: TCP.syn | TCP.ack });
  const [batch] = await annotatedPackets(packets, annotator) as [PacketBatch];
  assert.deepEqual([...batch.label.subarray(0, 5)].map((k) => LABELS[k]), ['research', 'own', 'unexplained', 'misconfiguration', 'backscatter']);
  assert.deepEqual([...batch.region.subarray(0, 5)], [1, 1, 1, 1, 1]);
  assert.equal(unpackCountry(batch.country[2] as number), 'IE');
  assert.equal(batch.asn[2], 15_169);
  for (let i = 0; i < 5; i++) assert.equal(annotator.explain(batch, i).label, LABELS[batch.label[i] as number]);
});

test('a frame without IP keeps no annotation of the packet that stood in its row before, and asks no table', () => {
  const batch = newPacketBatch(4, 'local/golden', 4);
  batch.n = 2;
  batch.ipBits.fill(BIT.notIp);
  for (const column of [batch.tool, batch.label, batch.role, batch.country, batch.asn]) column.fill(9);
  annotator.annotate(batch);
  assert.deepEqual([batch.tool[1], batch.label[1], batch.role[1], batch.country[1], batch.asn[1], batch.region[1]], [0, 0, 0, 0, 0, NO_REGION]);
});

test('annotating twice, or with sources that collide in the memo, changes nothing', async () => {
  const packets = Array.from({ length: 5_000 }, (_, k) => ({ ...syn('8.8.4.4'), src: Math.imul(k, 0x01000193) >>> 0 }));
  const [first] = await annotatedPackets(packets, annotator) as [PacketBatch];
  const before = [first.label, first.country, first.asn].map((column) => column.slice(0, first.n));
  annotator.annotate(first);
  assert.deepEqual([first.label, first.country, first.asn].map((column) => column.slice(0, first.n)), before);
  const fresh = annotatorFor(['133.11.0.0/24'], lists, ['133.12.0.0/16']);
  for (let i = 0; i < first.n; i += 97) {
    const [alone] = await annotatedPackets([packets[i]!], fresh) as [PacketBatch];
    assert.deepEqual([alone.label[0], alone.country[0], alone.asn[0]], [first.label[i], first.country[i], first.asn[i]]);
  }
});
