/**
 * Record scanner of classic pcap files.
 *
 * In: a stream that begins with one of six magic numbers. Out: record positions (`capture-records.ts`).
 * Source: draft-ietf-opsawg-pcap; libpcap's `sf-pcap.c` for what it leaves open: files before version 2.3 (and DG/UX's 543.0) have the
 * two lengths swapped, 2.3 may have; the upper half of the link type is not part of it. 'Modified' pcap (0xa1b2cd34, Kuznetzov) has
 * eight more bytes a record.
 * Limits: a record that says more than MAX_FRAME_BYTES ends the capture (nothing behind it can be found). Nanoseconds are rounded down.
 * @module
 */
import { linkTypeSupported } from '../wire/link-types.ts';
import { MAX_FRAME_BYTES, SLICE_BYTES, quoteBytes, type RecordScanner } from './capture-records.ts';

/** Magic number as read little-endian → endianness, fraction of a second, size of a record header. */
const MAGIC: ReadonlyMap<number, { little: boolean; perUs: number; headerBytes: number }> = new Map([
  [0xa1b2c3d4, { little: true, perUs: 1, headerBytes: 16 }], [0xd4c3b2a1, { little: false, perUs: 1, headerBytes: 16 }],
  [0xa1b23c4d, { little: true, perUs: 1000, headerBytes: 16 }], [0x4d3cb2a1, { little: false, perUs: 1000, headerBytes: 16 }],
  [0xa1b2cd34, { little: true, perUs: 1, headerBytes: 24 }], [0x34cdb2a1, { little: false, perUs: 1, headerBytes: 24 }],
]);
const FILE_HEADER_BYTES = 24;

/** Whether these first four bytes, read little-endian, begin a pcap file. */
export function isPcapMagic(magicLittle: number): boolean {
  return MAGIC.has(magicLittle);
}

export function newPcapScanner(): RecordScanner {
  let little = true, perUs = 1, headerBytes = 16, link = 0;
  let swapped: 'no' | 'maybe' | 'yes' = 'no';
  let begun = false;
  return {
    stopped: 'more', sliceStart: -1, defects: [], drops: [],
    scan(bytes, view, from, to, table, frames) {
      let at = from;
      this.stopped = 'more';
      if (!begun) {
        if (to - at < FILE_HEADER_BYTES) return at;
        const magic = MAGIC.get(view.getUint32(at, true));
        if (!magic) {
          this.stopped = 'damaged';
          this.defects.push({ record: frames, reason: 'the file does not begin as a pcap file', quote: quoteBytes(bytes, at, to) });
          return at;
        }
        ({ little, perUs, headerBytes } = magic);
        const major = view.getUint16(at + 4, little), minor = view.getUint16(at + 6, little);
        swapped = major === 543 || (major === 2 && minor < 3) ? 'yes' : major === 2 && minor === 3 ? 'maybe' : 'no';
        link = view.getUint32(at + 20, little) & 0xffff;
        if (!linkTypeSupported(link)) this.defects.push({ record: frames, reason: `frames of link type ${link} are kept but not decoded`, quote: '' });
        at += FILE_HEADER_BYTES;
        begun = true;
      }
      const { off, capLen, wireLen, atUs, capacity } = table;
      const links = table.link, fractions = 1_000_000 * perUs;
      let n = table.n, sliceStart = this.sliceStart;
      while (to - at >= headerBytes) {
        if (n === capacity) { this.stopped = 'full'; break; }
        let captured = view.getUint32(at + 8, little), wire = view.getUint32(at + 12, little);
        if (swapped !== 'no' && (swapped === 'yes' || captured > wire)) { const t = captured; captured = wire; wire = t; }
        if (captured > MAX_FRAME_BYTES) {
          this.stopped = 'damaged';
          this.defects.push({ record: frames + n, reason: `the record says it holds ${captured} bytes; at most ${MAX_FRAME_BYTES} are believed`, quote: quoteBytes(bytes, at, at + headerBytes) });
          break;
        }
        const next = at + headerBytes + captured;
        if (next > to) break;
        if (n === 0) sliceStart = at;
        else if (next - sliceStart > SLICE_BYTES) { this.stopped = 'full'; break; }
        const seconds = view.getUint32(at, little), fraction = view.getUint32(at + 4, little);
        if (fraction >= fractions) {
          this.defects.push({ record: frames + n, reason: `the fraction of a second is ${fraction}, more than a second; the time was taken as the sum`, quote: quoteBytes(bytes, at, at + headerBytes) });
        }
        atUs[n] = seconds * 1_000_000 + (perUs === 1 ? fraction : Math.floor(fraction / perUs));
        off[n] = at + headerBytes;
        capLen[n] = captured;
        wireLen[n] = wire;
        links[n] = link;
        n++;
        at = next;
      }
      table.n = n;
      this.sliceStart = sliceStart;
      return at;
    },
  };
}

