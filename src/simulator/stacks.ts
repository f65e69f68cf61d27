/**
 * How tools, malware and operating systems fill the headers of a first packet.
 *
 * In: a shot with source, destination, ports and time set, the hash of the sending host, and chance. Out: the other fields.
 * `ttl` is the one at origin (the population takes the hops off).
 * Sources, by stack: ZMap's and masscan's own probe code (facts only); nmap 7.93; Antonakakis et al. 2017 (Mirai: sequence
 * number = destination); published header tables for the others. The old textbook templates stand beside today's.
 * Limits: one SYN, not a handshake: nothing answers in a dark address space.
 * @module
 */
import { PROTO, TCP } from '../core/packet-batch.ts';
import { OPTION_BYTES, joinOptions } from '../wire/packet-build.ts';
import { mix, mix3, unit } from './chance.ts';
import { NO_BYTES, type Shot } from './shots.ts';
import type { Rng } from '../core/rng.ts';

/** Fills the headers of one first packet. */
export type Stack = (shot: Shot, hostHash: number, rng: Rng) => void;

const { nop, mss, windowScale, sackPermitted, timestamps } = OPTION_BYTES;
const MSS_ONLY = mss(1460);
const ZMAP_WINDOWS = joinOptions(mss(1460), nop, windowScale(8), nop, nop, sackPermitted);
const WINDOWS_10 = joinOptions(mss(1460), nop, windowScale(8), nop, nop, sackPermitted);
const WINDOWS_7 = joinOptions(mss(1460), nop, windowScale(2), nop, nop, sackPermitted);
const WINDOWS_XP = joinOptions(mss(1460), nop, nop, sackPermitted);
const NO_TIME_LINUX = joinOptions(mss(1440), nop, nop, sackPermitted, nop, windowScale(6));
/** Offset of the timestamp value in the two templates below. */
const LINUX_TS_AT = 8;
const LINUX_7 = joinOptions(mss(1460), sackPermitted, timestamps(0, 0), nop, windowScale(7));
const LINUX_2 = joinOptions(mss(1460), sackPermitted, timestamps(0, 0), nop, windowScale(2));

function syn(shot: Shot): void {
  shot.proto = PROTO.tcp;
  shot.flags = TCP.syn;
  shot.ack = 0;
  shot.payload = NO_BYTES;
  shot.options = NO_BYTES;
  shot.dontFragment = false;
}

/** Linux writes milliseconds (or hundredths) since boot with a per-host start. */
function linuxOptions(template: Uint8Array, hostHash: number, atUs: number): Uint8Array {
  const out = template.slice();
  const tick = (mix(hostHash, 3) + Math.floor(atUs / 1000)) >>> 0;
  out[LINUX_TS_AT] = tick >>> 24; out[LINUX_TS_AT + 1] = (tick >>> 16) & 255; out[LINUX_TS_AT + 2] = (tick >>> 8) & 255; out[LINUX_TS_AT + 3] = tick & 255;
  return out;
}

/** A server or desktop Linux connecting in the ordinary way. */
export const linux: Stack = (shot, hostHash, rng) => {
  syn(shot);
  shot.sport = 32_768 + rng.below(28_232);
  shot.ttl = 64;
  shot.dontFragment = true;
  shot.ipid = rng.below(65_536);
  shot.seq = rng.u32();
  shot.window = mix(hostHash, 5) % 3 === 0 ? 29_200 : 64_240;
  shot.options = linuxOptions(LINUX_7, hostHash, shot.atUs);
};

/** Linux 2.6 in a router, camera or recorder, connecting in the ordinary way. */
export const embedded: Stack = (shot, hostHash, rng) => {
  linux(shot, hostHash, rng);
  const sort = mix(hostHash, 5) % 4;
  shot.window = sort < 3 ? 5_840 : 14_600;
  shot.options = sort === 0 ? NO_TIME_LINUX : linuxOptions(LINUX_2, hostHash, shot.atUs);
};

/** Windows of some generation, connecting in the ordinary way. */
export const windows: Stack = (shot, hostHash, rng) => {
  syn(shot);
  const sort = mix(hostHash, 5) % 4;
  shot.sport = sort === 3 ? 1_025 + rng.below(3_975) : 49_152 + rng.below(16_384);
  shot.ttl = 128;
  shot.dontFragment = true;
  // One counter for all that a Windows host sends: from one telescope it looks like a slope.
  shot.ipid = (mix(hostHash, 7) + Math.floor(shot.atUs / 20_000)) & 0xffff;
  shot.seq = rng.u32();
  shot.window = sort === 3 ? 65_535 : sort === 2 ? 8_192 : 64_240;
  shot.options = sort === 3 ? WINDOWS_XP : sort === 2 ? WINDOWS_7 : WINDOWS_10;
};

/** Three in five Windows, the rest Linux. */
export const ordinary: Stack = (shot, hostHash, rng) => {
  (mix(hostHash, 9) % 5 < 3 ? windows : linux)(shot, hostHash, rng);
};

/** Mirai and what descends from it: sequence number = destination, no options, everything else random. */
export const mirai: Stack = (shot, _hostHash, rng) => {
  syn(shot);
  shot.sport = 1_025 + rng.below(64_511);
  shot.ttl = 64;
  shot.ipid = rng.below(65_536);
  shot.seq = shot.dst;
  shot.window = rng.below(65_536);
};

/** ZMap up to 4.0: IP-ID 54321, TTL 255, window 65535; MSS since 3.0 (one host in two here). */
export const zmapOld: Stack = (shot, hostHash, rng) => {
  syn(shot);
  shot.sport = 32_768 + (mix3(hostHash, shot.dst, shot.dport) % 28_233);
  shot.ttl = 255;
  shot.ipid = 54_321;
  shot.seq = rng.u32();
  shot.window = 65_535;
  shot.options = (hostHash & 1) === 0 ? MSS_ONLY : NO_BYTES;
};

/** ZMap since 4.1.1: TTL 64, no DF, window 65535, Windows-like options; sequence, IP-ID and source port are one keyed function of the target. */
export const zmapNew: Stack = (shot, hostHash) => {
  syn(shot);
  const key = mix3(hostHash, shot.dst, shot.dport);
  shot.sport = 32_768 + (mix(key, 1) % 28_233);
  shot.ttl = 64;
  shot.ipid = mix(key, 2) & 0xffff;
  shot.seq = mix(key, 3);
  shot.window = 65_535;
  shot.options = ZMAP_WINDOWS;
};

/** masscan's relation: IP-ID = low 16 bits of destination ^ port ^ sequence; the sequence is a cookie of the target. */
function masscan(shot: Shot, hostHash: number): void {
  syn(shot);
  // One source port a run.
  shot.sport = 40_000 + (mix(hostHash, 13) % 20_000);
  shot.ttl = 255;
  shot.seq = mix3(hostHash ^ shot.sport, shot.dst, shot.dport);
  shot.ipid = (shot.dst ^ shot.dport ^ shot.seq) & 0xffff;
}

/** masscan up to 1.3.2: window 1024, no options. */
export const masscanOld: Stack = (shot, hostHash) => {
  masscan(shot, hostHash);
  shot.window = 1_024;
};

/** masscan today: window bytes 04 01 and one MSS option. */
export const masscanNew: Stack = (shot, hostHash) => {
  masscan(shot, hostHash);
  shot.window = 1_025;
  shot.options = MSS_ONLY;
};

/** nmap -sS: TTL 37–59, window 1024·(1 + TTL mod 4), MSS 1460; high and low half of the sequence number differ by one constant a run. */
export const nmap: Stack = (shot, hostHash, rng) => {
  syn(shot);
  const tries = rng.below(8) === 0 ? 1 : 0;
  const key = mix(hostHash, 17);
  shot.sport = 33_000 + (mix(hostHash, 19) % 32_000) + tries;
  shot.ttl = 37 + rng.below(23);
  shot.ipid = rng.below(65_536);
  shot.window = 1_024 * ((shot.ttl % 4) + 1);
  shot.seq = (key ^ ((tries << 16) + tries)) >>> 0;
  shot.options = MSS_ONLY;
};

/** Unicornscan: sequence ^ destination ^ (port << 16 + source port) is constant for a source. */
export const unicornscan: Stack = (shot, hostHash, rng) => {
  syn(shot);
  shot.sport = 1_025 + rng.below(64_000);
  shot.ttl = 128;
  shot.ipid = rng.below(65_536);
  shot.window = 16_384;
  shot.seq = (mix(hostHash, 21) ^ shot.dst ^ (((shot.dport << 16) >>> 0) + shot.sport)) >>> 0;
};

/** A tool nobody has named: fixed window, random rest, no options, TTL 64. */
export const rawTool: Stack = (shot, hostHash, rng) => {
  syn(shot);
  shot.sport = 1_025 + rng.below(64_000);
  shot.ttl = 64;
  shot.ipid = rng.below(65_536);
  shot.seq = rng.u32();
  shot.window = 1_000 + (mix(hostHash, 25) % 60_000);
};

/** Morto: Windows XP or 2003, and one source port for a run of consecutive targets (here: for ten minutes). */
export const morto: Stack = (shot, hostHash, rng) => {
  windows(shot, hostHash, rng);
  const run = Math.floor(shot.atUs / 600_000_000);
  shot.sport = 1_025 + (mix3(hostHash, run, 27) % 3_975);
  shot.window = 65_535;
  shot.options = WINDOWS_XP;
};

/** UDP from an ordinary socket of a device: the payload stays as the population set it. */
export const udp: Stack = (shot, hostHash, rng) => {
  shot.proto = PROTO.udp;
  shot.sport = 1_025 + rng.below(64_000);
  shot.ttl = unit(mix(hostHash, 33)) < 0.7 ? 64 : 128;
  shot.dontFragment = shot.ttl === 64;
  shot.ipid = rng.below(65_536);
  shot.options = NO_BYTES;
};

/** UDP from a scanner: one source port for the host, TTL 250-odd or 64. */
export const udpScanner: Stack = (shot, hostHash, rng) => {
  udp(shot, hostHash, rng);
  shot.sport = 30_000 + (mix(hostHash, 35) % 30_000);
  shot.ttl = (hostHash & 3) === 0 ? 255 : 64;
  shot.dontFragment = false;
};
