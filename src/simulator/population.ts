/**
 * Hosts that strike random addresses: the population most campaigns and most noise are made of.
 *
 * Each host sends at its own rate R into the whole IPv4 space; a /24 therefore receives Poisson(R · 256 / 2^32) a second.
 * All hosts together are one Poisson process a /24 and minute, and each packet then draws its host: the cost is that of
 * the packets seen, whatever the number of hosts. Rates are equal, or heavy-tailed (Zipf–Mandelbrot, Kepner et al. 2022).
 * Growth, rhythm, on/off and aim act by rejection, so they hold for every host and time exactly.
 * Source of the thinning: Moore et al., "Network Telescopes", CAIDA TR-2004-04.
 * Cost: about 150 ns a packet; memory is constant.
 * @module
 */
import { heavyTailRank, keyOf, mix } from './chance.ts';
import type { Cell, Population, TruthClass } from './contract.ts';
import { steady, type Growth } from './growth.ts';
import { makeHosts, type CountryMix, type Hosts } from './hosts.ts';
import { newShot, type Shot, type Shots } from './shots.ts';
import type { Rng } from '../core/rng.ts';
import type { Stack } from './stacks.ts';

/** Share of the IPv4 space in a /24. */
export const BLOCK_SHARE = 256 / 2 ** 32;

/** Sets `shot.dport` (and `shot.payload` for UDP) for a host; called before the stack. */
export type Aim = (shot: Shot, host: number, rng: Rng) => void;

export interface StrikersPlan {
  readonly name: string;
  readonly kind: TruthClass;
  readonly campaign?: string;
  /** Makes hosts of different runs different. */
  readonly seed: number;
  readonly countries: CountryMix;
  readonly hosting?: boolean;
  readonly churn?: boolean;
  readonly diurnal?: number;
  /** How many hosts there are, when. A number: always that many. */
  readonly hosts: number | Growth;
  /** Mean rate of one host over the whole address space, packets a second, while it is on. */
  readonly ratePps: number;
  /** Heavy tail of the hosts' rates; else all are equal. Only for populations that do not grow. */
  readonly tail?: { readonly alpha: number; readonly delta: number };
  readonly aim: Aim;
  readonly stack: Stack;
  /** Whether this host is on at this time (on top of growth and rhythm); `onShare` is its mean, to keep `ratePps` true while on. */
  readonly on?: (host: number, atUs: number) => boolean;
  /** How much more (or less) a /24 gets than a fair share; default 1. */
  readonly weight?: (block: number) => number;
  /** From when on a /24 is visited at all; default always. */
  readonly reachesUs?: (block: number) => number;
  /** Chooses the address within the block, 0–255; default uniform. */
  readonly within?: (host: number, atUs: number, rng: Rng) => number;
  /** Further packets that follow from one (retransmissions, a second step); they may lie later, never earlier. */
  readonly follow?: (shot: Shot, host: number, rng: Rng, push: (shot: Shot) => void) => void;
}

/** See the module header. */
export function strikers(plan: StrikersPlan): Population & { readonly hosts: Hosts } {
  const key = keyOf(`${plan.name}/${plan.seed}`);
  const hosts = makeHosts({
    key, countries: plan.countries,
    ...(plan.hosting === undefined ? {} : { hosting: plan.hosting }), ...(plan.churn === undefined ? {} : { churn: plan.churn }),
    ...(plan.diurnal === undefined ? {} : { diurnal: plan.diurnal }),
  });
  const growth = typeof plan.hosts === 'number' ? steady(plan.hosts) : plan.hosts;
  const rank = plan.tail ? heavyTailRank(growth.most, plan.tail.alpha, plan.tail.delta) : null;
  const shot = newShot();
  // A host's mean rate is meant over the day, so its best hour is above the mean.
  const peakPps = plan.ratePps / hosts.awakeMean;
  return {
    name: plan.name, kind: plan.kind, campaign: plan.campaign ?? '', hosts,
    emit(cell: Cell, shots: Shots) {
      const { block, rng } = cell;
      const fromUs = Math.max(cell.fromUs, growth.fromUs, plan.reachesUs?.(block) ?? -Infinity);
      const toUs = Math.min(cell.toUs, growth.toUs);
      if (!(fromUs < toUs)) return;
      const spanUs = toUs - fromUs;
      // Monotone growth: the end of the span has the most hosts.
      const most = growth.active(toUs - 1);
      if (most === 0) return;
      const weight = plan.weight?.(block) ?? 1;
      const strikes = rng.poisson(most * peakPps * BLOCK_SHARE * weight * (spanUs / 1e6));
      const push = (next: Shot) => { next.ttl = received(next, hosts, host, block); shots.push(next); };
      let host = 0;
      for (let k = 0; k < strikes; k++) {
        const atUs = fromUs + Math.floor(rng.float() * spanUs);
        host = rank ? rank(rng.float()) : rng.below(most);
        if (host >= growth.active(atUs)) continue;
        if (plan.on && !plan.on(host, atUs)) continue;
        if (hosts.awakeMean < 1 && rng.float() >= hosts.awake(host, atUs)) continue;
        shot.atUs = atUs;
        shot.src = hosts.address(host, atUs);
        shot.dst = (block + (plan.within ? plan.within(host, atUs, rng) : rng.below(256))) >>> 0;
        plan.aim(shot, host, rng);
        plan.stack(shot, mix(key, host), rng);
        const originTtl = shot.ttl;
        shot.ttl = received(shot, hosts, host, block);
        shots.push(shot);
        if (plan.follow) { shot.ttl = originTtl; plan.follow(shot, host, rng, push); }
      }
    },
  };
}

function received(shot: Shot, hosts: Hosts, host: number, block: number): number {
  return Math.max(1, shot.ttl - hosts.hops(host, block));
}

/** Ordinary stacks repeat an unanswered SYN after 1 s and 3 s (RFC 6298; Linux and Windows differ in how often): same header, next IP-ID. */
export function retransmit(times: number): NonNullable<StrikersPlan['follow']> {
  return (shot, _host, rng, push) => {
    const originTtl = shot.ttl;
    let waitUs = 1_000_000;
    for (let k = 0; k < times; k++) {
      shot.atUs += waitUs + rng.below(30_000);
      shot.ipid = (shot.ipid + 1) & 0xffff;
      shot.ttl = originTtl;
      push(shot);
      waitUs *= 2;
    }
  };
}
