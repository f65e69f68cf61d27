/**
 * Programs that mean no harm and talk to the wrong address: the generators behind CAIDA's "erratic" list.
 *
 * Kinds: peers of a file-sharing network that learned one of our addresses, resolvers answering queries nobody asked,
 * NetBIOS name questions, SIP answers, the 58-byte UDP datagram, and hosts that retry one dead server for ever.
 * A /24 has its own unlucky addresses, by hash.
 * Source: CAIDA corsaro's erratic filter (facts). Shares are ours.
 * Cost: that of the packets.
 * @module
 */
import { mix, mix3, unit } from './chance.ts';
import type { Cell, Population } from './contract.ts';
import { DEVICE_COUNTRIES, HOSTING_COUNTRIES, makeHosts } from './hosts.ts';
import { PAYLOADS, type Payload } from './payloads.ts';
import { newShot, type Shot, type Shots } from './shots.ts';
import { ordinary, udp, type Stack } from './stacks.ts';
import { keyOf } from './chance.ts';
import type { Rng } from '../core/rng.ts';

interface Mistake {
  readonly name: string;
  /** Share of all misconfiguration packets. */
  readonly share: number;
  /** Hosts that make it, in the world. */
  readonly hosts: number;
  readonly sport: number | null;
  readonly dport: (shot: Shot, host: number, rng: Rng) => number;
  readonly payload: Payload;
  readonly stack: Stack;
  /** Every host has one target address a /24 instead of any. */
  readonly fixedTarget: boolean;
}

const MISTAKES: readonly Mistake[] = [
  { name: 'file sharing', share: 30, hosts: 40_000, sport: 6881, dport: (shot) => 6_881 + (shot.dst % 7), payload: PAYLOADS.bittorrentPing, stack: udp, fixedTarget: true },
  { name: 'unasked DNS answer', share: 12, hosts: 300, sport: 53, dport: (_s, _h, rng) => 1_024 + rng.below(64_000), payload: PAYLOADS.dnsAnswer, stack: udp, fixedTarget: false },
  { name: 'NetBIOS name', share: 14, hosts: 5_000, sport: 137, dport: () => 137, payload: PAYLOADS.netbiosName, stack: udp, fixedTarget: false },
  { name: 'SIP answer', share: 6, hosts: 200, sport: 5060, dport: () => 5_060, payload: PAYLOADS.sipAnswer, stack: udp, fixedTarget: false },
  { name: '58 bytes', share: 8, hosts: 2_000, sport: null, dport: (_s, host) => 10_000 + (mix(host, 5) % 50_000), payload: PAYLOADS.fiftyEight, stack: udp, fixedTarget: true },
  { name: 'dead server', share: 30, hosts: 150, sport: null, dport: (_s, host) => [8080, 443, 25, 5222, 3306, 1521, 389, 5223][mix(host, 3) % 8] as number, payload: PAYLOADS.nothing, stack: ordinary, fixedTarget: true },
];

/** Misconfiguration at `ratePps` packets a second for each /24. */
export function misconfiguration(plan: { readonly seed: number; readonly ratePps: number }): Population {
  const total = MISTAKES.reduce((sum, m) => sum + m.share, 0);
  const made = MISTAKES.map((mistake) => {
    const key = keyOf(`mistake/${mistake.name}/${plan.seed}`);
    return { mistake, key, hosts: makeHosts({ key, countries: mistake.hosts > 1000 ? DEVICE_COUNTRIES : HOSTING_COUNTRIES, hosting: mistake.hosts <= 1000 }) };
  });
  const shot = newShot();
  return {
    name: 'misconfiguration', kind: 'misconfiguration', campaign: '',
    emit(cell: Cell, shots: Shots) {
      const seconds = (cell.toUs - cell.fromUs) / 1e6;
      for (const { mistake, key, hosts } of made) {
        for (let n = cell.rng.poisson(plan.ratePps * (mistake.share / total) * seconds); n > 0; n--) {
          const atUs = cell.fromUs + Math.floor(cell.rng.float() * (cell.toUs - cell.fromUs));
          // A dead server has few faithful clients a /24; the others are drawn from the world.
          const host = mistake.fixedTarget ? mix3(key, cell.block, cell.rng.below(12)) % mistake.hosts : cell.rng.below(mistake.hosts);
          shot.atUs = atUs;
          shot.src = hosts.address(host, atUs);
          shot.dst = (cell.block + (mistake.fixedTarget ? mix3(host, cell.block, 73) % 256 : Math.floor(unit(cell.rng.u32()) * 256))) >>> 0;
          shot.payload = mistake.payload(cell.rng);
          shot.dport = mistake.dport(shot, host, cell.rng);
          mistake.stack(shot, mix(key, host), cell.rng);
          if (mistake.sport !== null) shot.sport = mistake.sport;
          shot.ttl = Math.max(1, shot.ttl - hosts.hops(host, cell.block));
          shots.push(shot);
        }
      }
    },
  };
}
