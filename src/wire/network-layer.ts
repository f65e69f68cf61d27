/**
 * From the start of a frame to its network header, for every link type but plain Ethernet with IPv4 (which the hot path reads itself).
 *
 * In: a frame and its link type. Out: where the network header stands and its EtherType; 0x0800 and 0x86dd for IP however the link
 * named it, else the last EtherType read (0 when the link has none).
 * Source: IEEE 802.3 and 802.1Q/ad, RFC 1042 (SNAP), tcpdump.org's "Link-Layer Header Types", RFC 3032 (MPLS), RFC 2516 (PPPoE),
 * RFC 1661 and 1662 (PPP), RFC 1547 and Cisco's HDLC, IEEE 802.1ah, Linux's nfnetlink_log.
 * Limits: MAX_TAGS tags or labels; a compressed PPP or a pseudo-wire under MPLS is not IP.
 * @module
 */
import { LINK } from './link-types.ts';

/** Most VLAN tags and MPLS labels that are followed in one frame. */
export const MAX_TAGS = 16;

/** Result, written in place. `cut`: the capture ended before the network header was found. */
export interface NetworkLayer { at: number; etherType: number; cut: boolean }

const IPV4 = 0x0800, IPV6 = 0x86dd;

/** Finds the network header of the frame `raw[off .. end)`. */
export function networkLayer(raw: Uint8Array, off: number, end: number, link: number, out: NetworkLayer): void {
  out.cut = false;
  out.etherType = 0;
  out.at = off;
  switch (link) {
    case LINK.ethernet: ethernet(raw, off, end, out); return;
    case LINK.linuxCooked: {
      if (end - off < 16) { out.cut = true; return; }
      cooked(raw, off + 16, end, u16(raw, off + 14), u16(raw, off + 2), out);
      return;
    }
    case LINK.linuxCooked2: {
      if (end - off < 20) { out.cut = true; return; }
      cooked(raw, off + 20, end, u16(raw, off), u16(raw, off + 8), out);
      return;
    }
    case LINK.raw: case LINK.rawBsd: case LINK.rawOpenBsd: byNibble(raw, off, end, out); return;
    case LINK.ipv4: found(out, IPV4, off); return;
    case LINK.ipv6: found(out, IPV6, off); return;
    case LINK.null: case LINK.loop: loopback(raw, off, end, out); return;
    case LINK.ppp: case LINK.pppHdlc: ppp(raw, off, end, link === LINK.pppHdlc, out); return;
    case LINK.ciscoHdlc: {
      if (end - off < 4) { out.cut = true; return; }
      afterType(raw, off + 4, end, u16(raw, off + 2), out);
      return;
    }
    case LINK.pppoe: pppoe(raw, off, end, out); return;
    case LINK.nflog: nflog(raw, off, end, out); return;
    default: return;
  }
}

function u16(raw: Uint8Array, at: number): number {
  return ((raw[at] as number) << 8) | (raw[at + 1] as number);
}

function found(out: NetworkLayer, etherType: number, at: number): void {
  out.etherType = etherType;
  out.at = at;
}

function ethernet(raw: Uint8Array, off: number, end: number, out: NetworkLayer): void {
  if (end - off < 14) { out.cut = true; return; }
  const type = u16(raw, off + 12);
  if (type >= 0x0600) afterType(raw, off + 14, end, type, out);
  else llc(raw, off + 14, end, type, out);
}

/** IEEE 802.2 behind an 802.3 length: SNAP with an EtherType, or IP's own service access point (6). */
function llc(raw: Uint8Array, at: number, end: number, length: number, out: NetworkLayer): void {
  out.etherType = length;
  if (end - at < 3) { out.cut = true; return; }
  const points = u16(raw, at);
  if (points === 0xaaaa && raw[at + 2] === 3) {
    if (end - at < 8) { out.cut = true; return; }
    // Organisation 0 is RFC 1042; 00-00-f8 bridges the same EtherTypes (IEEE 802.1H).
    if (raw[at + 3] === 0 && raw[at + 4] === 0 && (raw[at + 5] === 0 || raw[at + 5] === 0xf8)) afterType(raw, at + 8, end, u16(raw, at + 6), out);
  } else if (points === 0x0606 && raw[at + 2] === 3) found(out, IPV4, at + 3);
}

/** Follows tags, labels and PPPoE from an EtherType to the network header. */
function afterType(raw: Uint8Array, from: number, end: number, first: number, out: NetworkLayer): void {
  let at = from, type = first;
  for (let tags = 0; tags < MAX_TAGS; tags++) {
    if (type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200) {
      out.etherType = type;
      if (end - at < 4) { out.cut = true; return; }
      type = u16(raw, at + 2);
      at += 4;
      if (type < 0x0600) { llc(raw, at, end, type, out); return; }
    } else if (type === 0x8847 || type === 0x8848) { mpls(raw, at, end, type, out); return; }
    else if (type === 0x8864) { pppoe(raw, at, end, out); return; }
    else if (type === 0x8926) { // VN-Tag (802.1BR's forerunner): four bytes, then an EtherType
      out.etherType = type;
      if (end - at < 6) { out.cut = true; return; }
      type = u16(raw, at + 4);
      at += 6;
    } else if (type === 0x88e7) { // provider backbone bridging (802.1ah): four bytes, then a whole Ethernet header
      out.etherType = type;
      if (end - at < 18) { out.cut = true; return; }
      type = u16(raw, at + 16);
      at += 18;
    } else break;
  }
  found(out, type, at);
}

function mpls(raw: Uint8Array, from: number, end: number, type: number, out: NetworkLayer): void {
  out.etherType = type;
  for (let at = from, labels = 0; labels < MAX_TAGS; labels++, at += 4) {
    if (end - at < 4) { out.cut = true; return; }
    if (((raw[at + 2] as number) & 1) === 0) continue;
    if (end - at < 5) { out.cut = true; return; }
    const nibble = (raw[at + 4] as number) >> 4;
    if (nibble === 4) found(out, IPV4, at + 4);
    else if (nibble === 6) found(out, IPV6, at + 4);
    return;
  }
}

function pppoe(raw: Uint8Array, at: number, end: number, out: NetworkLayer): void {
  out.etherType = 0x8864;
  if (end - at < 8) { out.cut = true; return; }
  if (raw[at] !== 0x11 || raw[at + 1] !== 0) return;
  pppProtocol(raw, at + 6, end, out);
}

function ppp(raw: Uint8Array, off: number, end: number, hdlc: boolean, out: NetworkLayer): void {
  if (end - off < 2) { out.cut = true; return; }
  const head = u16(raw, off);
  if (hdlc && (head === 0x0f00 || head === 0x8f00)) { // Cisco HDLC inside PPP_HDLC captures
    if (end - off < 4) { out.cut = true; return; }
    afterType(raw, off + 4, end, u16(raw, off + 2), out);
    return;
  }
  pppProtocol(raw, head === 0xff03 ? off + 2 : off, end, out);
}

function pppProtocol(raw: Uint8Array, at: number, end: number, out: NetworkLayer): void {
  if (end - at < 1) { out.cut = true; return; }
  const low = raw[at] as number;
  if (low & 1) { // one byte: protocol field compression
    if (low === 0x21) found(out, IPV4, at + 1);
    else if (low === 0x57) found(out, IPV6, at + 1);
    return;
  }
  if (end - at < 2) { out.cut = true; return; }
  const protocol = u16(raw, at);
  if (protocol === 0x0021) found(out, IPV4, at + 2);
  else if (protocol === 0x0057) found(out, IPV6, at + 2);
  else if (protocol === 0x0281) mpls(raw, at + 2, end, 0x8847, out);
}

/** Linux netfilter log: family, version, resource, then attributes (length and type in the host's order); attribute 9 is the packet. */
function nflog(raw: Uint8Array, off: number, end: number, out: NetworkLayer): void {
  if (end - off < 4) { out.cut = true; return; }
  for (let at = off + 4; at + 4 <= end;) {
    // Written by little-endian and big-endian hosts alike: types are small, so the side that holds them tells the order.
    const little = raw[at + 3] === 0;
    const size = little ? (raw[at] as number) | ((raw[at + 1] as number) << 8) : u16(raw, at);
    const type = little ? raw[at + 2] as number : raw[at + 3] as number;
    if (size < 4) return;
    if ((type & 0x7f) === 9) { found(out, raw[off] === 10 ? IPV6 : IPV4, at + 4); return; }
    at += size + ((4 - (size % 4)) % 4);
  }
  out.cut = true;
}

function byNibble(raw: Uint8Array, off: number, end: number, out: NetworkLayer): void {
  if (end <= off) { out.cut = true; return; }
  const version = (raw[off] as number) >> 4;
  if (version === 4) found(out, IPV4, off);
  else if (version === 6) found(out, IPV6, off);
}

/** Address families as the capturing system numbered them: IPv6 is 24 (NetBSD, OpenBSD), 28 (FreeBSD), 30 (macOS), 10 (Linux). */
function loopback(raw: Uint8Array, off: number, end: number, out: NetworkLayer): void {
  if (end - off < 4) { out.cut = true; return; }
  const big = u16(raw, off) * 65_536 + u16(raw, off + 2);
  const little = (raw[off] as number) | ((raw[off + 1] as number) << 8) | ((raw[off + 2] as number) << 16);
  const family = big < 256 ? big : raw[off + 3] === 0 && little < 256 ? little : 0;
  if (family === 2) found(out, IPV4, off + 4);
  else if (family === 24 || family === 28 || family === 30 || family === 10) found(out, IPV6, off + 4);
}

/** Linux cooked: an EtherType, or 4 (802.2), or a number of Linux's own; netlink and others carry no EtherType at all. */
function cooked(raw: Uint8Array, at: number, end: number, protocol: number, hardware: number, out: NetworkLayer): void {
  if (hardware === 824 || hardware === 770) { out.etherType = protocol; return; } // ARPHRD_NETLINK, ARPHRD_FRAD
  if (protocol === 4) llc(raw, at, end, protocol, out);
  else if (protocol < 0x0600) out.etherType = protocol;
  else afterType(raw, at, end, protocol, out);
}
