/**
 * Small captures for tests: every container variant of the same frames, and single pcapng blocks to put together or to damage.
 * Source: as `capture-pcap.ts` and `capture-pcapng.ts`. `wire/pcap-write.ts` is what the program itself writes.
 * @module
 */

export interface Record { readonly atUs: number; readonly bytes: Uint8Array; readonly wireBytes?: number }

/** A pcap file: big-endian, nanoseconds or the modified record header on request. */
export function pcap(link: number, records: readonly Record[], variant: { big?: boolean; nano?: boolean; modified?: boolean } = {}): Uint8Array {
  const little = !variant.big, headerBytes = variant.modified ? 24 : 16;
  const out = new Uint8Array(records.reduce((sum, r) => sum + headerBytes + r.bytes.length, 24)), view = new DataView(out.buffer);
  view.setUint32(0, variant.modified ? 0xa1b2cd34 : variant.nano ? 0xa1b23c4d : 0xa1b2c3d4, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, 262_144, little);
  view.setUint32(20, link, little);
  let at = 24;
  for (const record of records) {
    view.setUint32(at, Math.floor(record.atUs / 1e6), little);
    view.setUint32(at + 4, (record.atUs % 1e6) * (variant.nano ? 1000 : 1), little);
    view.setUint32(at + 8, record.bytes.length, little);
    view.setUint32(at + 12, record.wireBytes ?? record.bytes.length, little);
    out.set(record.bytes, at + headerBytes);
    at += headerBytes + record.bytes.length;
  }
  return out;
}

/** A pcapng file: a section, an interface in microseconds (if a link is given), enhanced packet blocks, then `more` as it is. */
export function pcapng(link?: number, records: readonly Record[] = [], ...more: readonly Uint8Array[]): Uint8Array {
  const parts = [section(false), ...(link === undefined ? [] : [interfaceBlock(link)]), ...records.map((r) => enhanced(0, r.atUs, r.bytes)), ...more];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

/** Any block: its body is padded to four bytes. */
export function block(type: number, body: Uint8Array, big = false): Uint8Array {
  const length = 12 + ((body.length + 3) & ~3);
  const out = new Uint8Array(length), view = new DataView(out.buffer);
  view.setUint32(0, type, !big);
  view.setUint32(4, length, !big);
  out.set(body, 8);
  view.setUint32(length - 4, length, !big);
  return out;
}

export function section(big: boolean): Uint8Array {
  const body = new Uint8Array(16).fill(0xff), view = new DataView(body.buffer);
  view.setUint32(0, 0x1a2b3c4d, !big);
  view.setUint16(4, 1, !big);
  view.setUint16(6, 0, !big);
  return block(0x0a0d0d0a, body, big);
}

export function interfaceBlock(link: number, options: { tsresol?: number; tsoffset?: number } = {}, big = false): Uint8Array {
  const body = new Uint8Array(8 + 8 + 12 + 4), view = new DataView(body.buffer);
  view.setUint16(0, link, !big);
  view.setUint16(8, 9, !big);
  view.setUint16(10, 1, !big);
  view.setUint8(12, options.tsresol ?? 6);
  view.setUint16(16, 14, !big);
  view.setUint16(18, 8, !big);
  view.setBigInt64(20, BigInt(options.tsoffset ?? 0), !big);
  return block(1, body, big);
}

/** `time` in the interface's units. */
export function enhanced(index: number, time: number | bigint, bytes: Uint8Array, big = false): Uint8Array {
  const body = new Uint8Array(20 + bytes.length), view = new DataView(body.buffer);
  view.setUint32(0, index, !big);
  view.setUint32(4, Number(BigInt(time) >> 32n), !big);
  view.setUint32(8, Number(BigInt(time) & 0xffffffffn), !big);
  view.setUint32(12, bytes.length, !big);
  view.setUint32(16, bytes.length, !big);
  body.set(bytes, 20);
  return block(6, body, big);
}

export function simple(bytes: Uint8Array, big = false): Uint8Array {
  const body = new Uint8Array(4 + bytes.length);
  new DataView(body.buffer).setUint32(0, bytes.length, !big);
  body.set(bytes, 4);
  return block(3, body, big);
}
