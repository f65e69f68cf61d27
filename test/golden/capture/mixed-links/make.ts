/**
 * Makes the capture of this golden case; see README.md beside it.
 * @module
 */
import { enhanced, interfaceBlock, section } from '../../../../src/darknet/capture-samples.ts';
import { fromHex } from '../../../../src/wire/codec.ts';
import { LINK } from '../../../../src/wire/link-types.ts';
import { buildEthernetFrame, buildPacket, quotedPacket, type PacketSpec } from '../../../../src/wire/packet-build.ts';

const AT = 1_700_000_000_000_000;
const SYN: PacketSpec = { src: 0xc0000201, dst: 0xc6336407, proto: 6, sport: 40_000, dport: 23, seq: 0xc6336407, flags: 2, window: 1024, ttl: 51, ipid: 54_321, options: fromHex('020405b40101040201030307') };
const SIX: PacketSpec = { family: 6, src: [0x20010db8, 0, 0, 1], dst: [0x20010db8, 0x770000, 0, 9], proto: 17, sport: 5353, dport: 53, ttl: 60, payload: fromHex('abcd') };

/** The bytes of the capture. */
export function make(): Uint8Array {
  const frame = buildEthernetFrame(SYN), packet = buildPacket(SYN), six = buildPacket(SIX);
  const chained = join(six.subarray(0, 40), fromHex('2c00010400000000 1100000100001234'.replace(' ', '')), six.subarray(40));
  chained[6] = 0;
  chained[5] = chained.length - 40;
  const later = packet.slice();
  later[7] = 2;
  const icmp = buildPacket({ src: 0xcb007101, dst: 0xc6336407, proto: 1, sport: 3, dport: 1, payload: quotedPacket(packet) });
  const gre = buildPacket({ src: 0xcb007102, dst: 0xc6336407, proto: 47, payload: join(fromHex('00000800'), packet) });
  return join(
    section(false), interfaceBlock(LINK.ethernet), interfaceBlock(LINK.raw, { tsresol: 9 }),
    enhanced(0, AT, frame), enhanced(0, AT + 1, join(frame.subarray(0, 12), fromHex('8100002a'), frame.subarray(12))),
    enhanced(1, BigInt(AT) * 1000n + 2_999n, chained), enhanced(1, BigInt(AT) * 1000n + 3_000n, icmp), enhanced(1, BigInt(AT) * 1000n + 4_000n, gre), enhanced(1, BigInt(AT) * 1000n + 5_000n, later),
    enhanced(0, AT + 6, fromHex('ffffffffffff02000000000108060001080006040001020000000001c0000201000000000000c0000202')), enhanced(0, AT + 7, frame.subarray(0, 40)),
    section(true), interfaceBlock(LINK.null, {}, true), interfaceBlock(127, {}, true), enhanced(0, AT + 8, join(fromHex('0000001c'), six), true), enhanced(1, AT + 9, new Uint8Array(20), true),
    enhanced(0, AT + 10, packet, true).subarray(0, 50),
  );
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
