/**
 * The capture that decoding benches read: seeded, telescope-like, about 70 bytes a record, kept under `.cache/`.
 *
 * Made of: 60,000 Zipf-distributed sources, a /17 of destinations, Zipf-distributed ports; SYNs of five kinds (Linux with options 30 %,
 * Mirai-like 20 %, ZMap-like 10 %, masscan-like 10 %, plain 15 %), UDP 10 %, backscatter 5 %. Checksums are right.
 * @module
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { shipped } from '../src/core/root.ts';
import { seededRng } from '../src/core/rng.ts';
import { internetChecksum, internetSum } from '../src/wire/internet-checksum.ts';

const SOURCES = 60_000, TELESCOPE = 0xc6330000, RECORD = 16, CHUNK = 8 << 20;
const PORTS = [23, 22, 80, 443, 2323, 8080, 3389, 445, 5555, 81, 8443, 5060, 1433, 6379, 37215, 52869, 7547, 5900, 3306, 9200];
const LINUX_OPTIONS = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 17, 34, 51, 0, 0, 0, 0, 1, 3, 3, 7];

/** Path of the capture with `packets` packets; made on first use. */
export function benchCapture(packets: number): string {
  const folder = join(shipped('.cache'), 'bench'), path = join(folder, `decode-2-${packets}.pcap`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const temporary = `${path}.${process.pid}`, file = openSync(temporary, 'w');
  const buffer = new Uint8Array(CHUNK), view = new DataView(buffer.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 1, true);
  const rng = seededRng('decode-capture');
  const addresses = Uint32Array.from({ length: SOURCES }, () => (rng.below(223 - 1) + 1) * 2 ** 24 + rng.below(2 ** 24));
  const zipf = (n: number): number => Math.min(n - 1, Math.floor(n ** rng.float()) - 1); // density ∝ 1 / rank
  let at = 24;
  for (let i = 0; i < packets; i++) {
    if (at + 256 > CHUNK) { writeSync(file, buffer, 0, at); at = 0; }
    const kind = rng.below(100), src = addresses[zipf(SOURCES)] as number, dst = (TELESCOPE + rng.below(32_768)) >>> 0;
    const dport = rng.below(10) < 7 ? PORTS[zipf(PORTS.length)] as number : Math.imul(zipf(65_535) + 1, 40_503) & 0xffff; // a fixed order of all ports
    const udp = kind >= 85 && kind < 95, reply = kind >= 95, optionBytes = kind < 30 ? LINUX_OPTIONS.length : kind >= 60 && kind < 70 ? 4 : 0;
    const payload = udp ? 12 : 0, ipLen = 20 + (udp ? 8 : 20 + optionBytes) + payload;
    const atUs = 1_700_000_000_000_000 + i * 20;
    view.setUint32(at, Math.floor(atUs / 1e6), true);
    view.setUint32(at + 4, atUs % 1e6, true);
    view.setUint32(at + 8, 14 + ipLen, true);
    view.setUint32(at + 12, 14 + ipLen, true);
    const eth = at + RECORD, ip = eth + 14, tp = ip + 20;
    buffer.fill(0, eth, ip + ipLen);
    view.setUint16(eth, 0x0200);
    view.setUint16(eth + 6, 0x0200);
    view.setUint16(eth + 12, 0x0800);
    buffer[ip] = 0x45;
    view.setUint16(ip + 2, ipLen);
    view.setUint16(ip + 4, kind >= 50 && kind < 60 ? 54_321 : rng.below(65_536));
    view.setUint16(ip + 6, kind < 30 ? 0x4000 : 0);
    buffer[ip + 8] = (kind >= 50 && kind < 70 ? 255 : 64) - 5 - rng.below(20);
    buffer[ip + 9] = udp ? 17 : 6;
    view.setUint32(ip + 12, src);
    view.setUint32(ip + 16, dst);
    view.setUint16(ip + 10, internetChecksum(buffer, ip, tp));
    view.setUint16(tp, reply ? 80 : 1024 + rng.below(64_000));
    view.setUint16(tp + 2, reply ? 1024 + rng.below(64_000) : dport);
    if (udp) view.setUint16(tp + 4, 8 + payload);
    else {
      view.setUint32(tp + 4, kind >= 30 && kind < 50 ? dst : rng.u32());
      if (reply) view.setUint32(tp + 8, rng.u32());
      view.setUint16(tp + 12, ((5 + optionBytes / 4) << 12) | (reply ? 0x12 : 2));
      view.setUint16(tp + 14, kind < 30 ? 64_240 : kind >= 60 && kind < 70 ? 1024 : kind >= 50 && kind < 60 ? 65_535 : rng.below(65_536));
      if (optionBytes > 0) buffer.set(LINUX_OPTIONS.slice(0, optionBytes), tp + 20);
    }
    const length = ip + ipLen - tp;
    view.setUint16(tp + (udp ? 6 : 16), internetChecksum(buffer, tp, ip + ipLen, internetSum(buffer, ip + 12, ip + 20, (udp ? 17 : 6) + length)));
    at = ip + ipLen;
  }
  writeSync(file, buffer, 0, at);
  closeSync(file);
  renameSync(temporary, path);
  return path;
}

export function bytesARecord(path: string, packets: number): number {
  return (statSync(path).size - 24) / packets;
}
