/**
 * First bytes of UDP conversations, as scouts, worms and broken programs send them.
 *
 * Public request formats only (RFC 1035, 5905 and ntpd's mode 7, 3261, UPnP 1.1, RFC 4511, memcached's UDP frame, BEP 5,
 * RFC 1002); what a service would do with them is nobody's concern in a dark space. No exploit is carried.
 * @module
 */
import { buildPacket, quotedPacket } from '../wire/packet-build.ts';
import { PROTO } from '../core/packet-batch.ts';
import type { Rng } from '../core/rng.ts';

/** Makes a payload; templates that never change return the same array each time. */
export type Payload = (rng: Rng) => Uint8Array;

const text = (words: string) => Uint8Array.from(words, (c) => c.charCodeAt(0));
const fixed = (bytes: Uint8Array): Payload => () => bytes;

function dnsName(name: string): number[] {
  return [...name.split('.').flatMap((label) => [label.length, ...text(label)]), 0];
}

/** A DNS question with a fresh identifier. */
function dnsQuery(name: string, type: number): Payload {
  const template = Uint8Array.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...dnsName(name), type >>> 8, type & 255, 0, 1]);
  return (rng) => {
    const out = template.slice();
    const id = rng.below(65_536);
    out[0] = id >>> 8; out[1] = id & 255;
    return out;
  };
}

const MONLIST = new Uint8Array(48);
MONLIST.set([0x17, 0, 3, 0x2a]);
const OLD_FIFTY_EIGHT = new Uint8Array(58);
OLD_FIFTY_EIGHT[8] = 0x31;
const DHT_PING = text('d1:ad2:id20:....................e1:q4:ping1:t2:aa1:y1:qe');
const DNS_ANSWER = Uint8Array.from([0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, ...dnsName('example.org'), 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1]);
const TRACEROUTE = text('@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_');

/** Payloads by what they ask. */
export const PAYLOADS = Object.freeze({
  dnsAny: dnsQuery('isc.org', 255),
  dnsVersion: dnsQuery('version.bind', 16),
  ntpMonlist: fixed(MONLIST),
  ssdpSearch: fixed(text('M-SEARCH * HTTP/1.1\r\nHOST:239.255.255.250:1900\r\nST:ssdp:all\r\nMAN:"ssdp:discover"\r\nMX:3\r\n\r\n')),
  memcachedStats: fixed(Uint8Array.from([0, 1, 0, 0, 0, 1, 0, 0, ...text('stats\r\n')])),
  cldapSearch: fixed(Uint8Array.from([0x30, 0x25, 2, 1, 1, 0x63, 0x20, 4, 0, 0x0a, 1, 0, 0x0a, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0, 0x87, 0x0b, ...text('objectclass'), 0x30, 0])),
  chargen: fixed(Uint8Array.of(1)),
  snmpGet: fixed(Uint8Array.from([0x30, 0x26, 2, 1, 1, 4, 6, ...text('public'), 0xa0, 0x19, 2, 1, 1, 2, 1, 0, 2, 1, 0, 0x30, 0x0e, 0x30, 0x0c, 6, 8, 0x2b, 6, 1, 2, 1, 1, 1, 0, 5, 0])),
  wsDiscovery: fixed(text('<?xml version="1.0" encoding="UTF-8"?><e:Envelope/>')),
  coapWellKnown: fixed(Uint8Array.from([0x40, 1, 0x7d, 0x70, 0xbb, ...text('.well-known'), 4, ...text('core')])),
  sipOptions: fixed(text('OPTIONS sip:100@198.18.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060\r\nMax-Forwards: 70\r\nUser-Agent: friendly-scanner\r\nContent-Length: 0\r\n\r\n')),
  sipRegister: fixed(text('REGISTER sip:198.18.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:5060\r\nMax-Forwards: 70\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n')),
  sipAnswer: fixed(text('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n')),
  /** The published greeting that the backdoor of Netis routers listened for (Trend Micro, 2014). */
  netisGreeting: fixed(text('AAAAAAAAnetcore\0')),
  bittorrentPing: (rng: Rng) => {
    const out = DHT_PING.slice();
    for (let i = 12; i < 32; i++) out[i] = rng.below(256);
    return out;
  },
  netbiosName: fixed(Uint8Array.from([0x80, 0xf0, 0, 0x10, 0, 1, 0, 0, 0, 0, 0, 0, 0x20, ...text('CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'), 0, 0, 0x21, 0, 1])),
  dnsAnswer: (rng: Rng) => {
    const out = DNS_ANSWER.slice();
    out[0] = rng.below(256);
    out[1] = rng.below(256);
    return out;
  },
  fiftyEight: fixed(OLD_FIFTY_EIGHT),
  traceroute: fixed(TRACEROUTE),
  nothing: fixed(new Uint8Array(0)),
} satisfies Record<string, Payload>);

/** What a host or router quotes of a SYN that a forger sent in our name: from us to the victim. */
export function quoteOfForged(ours: number, victim: number, sport: number, dport: number, rng: Rng): Uint8Array {
  return quotedPacket(buildPacket({ src: ours, dst: victim, proto: PROTO.tcp, sport, dport, ttl: 1 + rng.below(60), ipid: rng.below(65_536), flags: 2, seq: rng.u32(), window: 5_840 }));
}
