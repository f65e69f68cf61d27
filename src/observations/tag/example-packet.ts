/**
 * An example of a rule file as a packet of a batch: for tests, for the docs, and to show an analyst what a rule would catch.
 *
 * In: an {@link ExamplePacket}. Out: row `batch.n` of a batch, filled as the decoder fills it (options and payload in `raw`).
 * @module
 */
import { parseAddress } from '../../core/address.ts';
import { BIT, NO_REGION, PAYLOAD_KEPT, PROTO, newPacketBatch, type PacketBatch } from '../../core/packet-batch.ts';
import { optionPattern } from './expression.ts';
import type { ExamplePacket } from './rules.ts';

const FLAGS = 'FSRPAUEC';
const PROTOS = { tcp: PROTO.tcp, udp: PROTO.udp, icmp: PROTO.icmp, icmp6: PROTO.icmp6 } as const;

/** All examples (of one address family) as one batch. */
export function exampleBatch(packets: readonly ExamplePacket[], sensor = 'local/example'): PacketBatch {
  const family = parseAddress(packets[0]?.src ?? '')?.family ?? 4;
  const batch = newPacketBatch(family, sensor, Math.max(1, packets.length));
  for (const packet of packets) addExample(batch, packet);
  return batch;
}

function addExample(batch: PacketBatch, packet: ExamplePacket): void {
  const i = batch.n++, src = parseAddress(packet.src), dst = parseAddress(packet.dst);
  if (src?.family !== batch.family || dst?.family !== batch.family) throw new RangeError(`an example from '${packet.src}' to '${packet.dst}' does not fit IPv${batch.family}`);
  const words = batch.family === 4 ? 1 : 4;
  batch.src.set(src.words, i * words);
  batch.dst.set(dst.words, i * words);
  const options = optionPattern(packet.options ?? 'none').bytes;
  const given = packet.hex !== undefined ? Buffer.from(packet.hex, 'hex') : Buffer.from(packet.text ?? '', 'latin1');
  const payload = new Uint8Array(Math.max(given.length, packet.padTo ?? 0));
  payload.set(given);
  const grown = new Uint8Array(batch.raw.length + options.length + payload.length);
  grown.set(batch.raw);
  grown.set(options, batch.raw.length);
  grown.set(payload, batch.raw.length + options.length);
  const { optOff, payOff } = batch;
  optOff[i] = batch.raw.length;
  payOff[i] = batch.raw.length + options.length;
  batch.raw = grown;
  batch.optLen[i] = options.length;
  batch.payKept[i] = Math.min(payload.length, PAYLOAD_KEPT);
  batch.payloadLen[i] = payload.length;
  batch.proto[i] = PROTOS[packet.proto];
  batch.sport[i] = packet.sport ?? 0;
  batch.dport[i] = packet.dport ?? 0;
  batch.ttl[i] = packet.ttl ?? 64;
  batch.ipid[i] = packet.ipid ?? 0;
  batch.ipBits[i] = BIT.hasTransport | (packet.dontFragment === true ? BIT.dontFragment : 0) | (packet.reservedBit === true ? BIT.reserved : 0);
  batch.flags[i] = [...packet.flags ?? ''].reduce((bits, letter) => {
    const bit = FLAGS.indexOf(letter);
    if (bit < 0) throw new RangeError(`'${letter}' is not a TCP flag (${FLAGS})`);
    return bits | (1 << bit);
  }, 0);
  batch.seq[i] = packet.seq ?? 0;
  batch.ack[i] = packet.ack ?? 0;
  batch.window[i] = packet.window ?? 0;
  batch.ipLen[i] = (batch.family === 4 ? 20 : 40) + (packet.proto === 'tcp' ? 20 + options.length : 8) + payload.length;
  batch.region[i] = NO_REGION;
}
