/**
 * Replies of denial-of-service victims to addresses that an attacker forged at random, ours among them.
 *
 * Attacks arrive as a Poisson process; each has a victim, a rate and a duration (both log-normal), one service, and one
 * sort of reply. A /24 sees Poisson(rate · 256 / 2^32) of the replies.
 * Source: Moore et al., "Inferring Internet Denial-of-Service Activity" (12,000 attacks on 5,000 targets in three weeks:
 * victims repeat); durations: half below ten minutes. Rates are ours (median 60,000 replies a second, heavy tail, cut at 8 million).
 * Cost: attacks of the last six hours are looked at once a /24 and minute.
 * @module
 */
import { PROTO, TCP } from '../core/packet-batch.ts';
import { HOUR_US, MINUTE_US } from '../core/time.ts';
import { seededRng } from '../core/rng.ts';
import { OPTION_BYTES, joinOptions } from '../wire/packet-build.ts';
import { keyOf, mix, weighted } from './chance.ts';
import type { Cell, Population } from './contract.ts';
import { addressIn, type CountryMix } from './hosts.ts';
import { quoteOfForged } from './payloads.ts';
import { BLOCK_SHARE } from './population.ts';
import { NO_BYTES, newShot, type Shot, type Shots } from './shots.ts';
import type { Rng } from '../core/rng.ts';

/** One attack with forged sources. */
export interface ForgedAttack {
  readonly victim: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** Replies a second, over all forged addresses. */
  readonly ratePps: number;
  readonly port: number;
  readonly reply: 'syn-ack' | 'reset' | 'unreachable';
}

const VICTIM_COUNTRIES: CountryMix = [['US', 26], ['CN', 16], ['HK', 10], ['DE', 7], ['FR', 7], ['BR', 6], ['GB', 5], ['NL', 5], ['RU', 5], ['KR', 4], ['JP', 3], ['SG', 3], ['TR', 3]];
const PORTS = weighted<number>([[80, 30], [443, 34], [22, 6], [53, 6], [25565, 6], [3389, 3], [8080, 4], [21, 2], [6667, 1], [7000, 3], [30120, 3], [2302, 2]]);
const REPLIES = weighted<ForgedAttack['reply']>([['syn-ack', 70], ['reset', 24], ['unreachable', 6]]);
const LONGEST_US = 6 * HOUR_US;
const MEDIAN_US = 8 * MINUTE_US, SIGMA_DURATION = 1.3;
const MEDIAN_PPS = 60_000, SIGMA_RATE = 2, MOST_PPS = 8_000_000;
/** Victims that attacks choose from: fewer than attacks, so that some come again. */
const VICTIMS = 400;

/** Attacks that start in one hour: the same for every sensor. */
export function attacksOfHour(seed: number, hour: number, perHour: number): ForgedAttack[] {
  const rng = seededRng(`attacks/${seed}/${hour}`);
  const attacks: ForgedAttack[] = [];
  for (let n = rng.poisson(perHour); n > 0; n--) {
    const who = rng.below(VICTIMS), key = keyOf(`victim/${seed}/${who}`);
    const fromUs = hour * HOUR_US + Math.floor(rng.float() * HOUR_US);
    attacks.push({
      victim: addressIn(VICTIM.at(rng.float()), true, key), fromUs,
      toUs: fromUs + Math.min(LONGEST_US, Math.floor(MEDIAN_US * Math.exp(SIGMA_DURATION * rng.normal()))),
      ratePps: Math.min(MOST_PPS, MEDIAN_PPS * Math.exp(SIGMA_RATE * rng.normal())), port: PORTS.at(rng.float()), reply: REPLIES.at(rng.float()),
    });
  }
  return attacks;
}
const VICTIM = weighted(VICTIM_COUNTRIES);

/** Backscatter of attacks that come at `perHour`, or of given ones. */
export function backscatter(plan: { readonly name: string; readonly seed: number; readonly perHour: number; readonly attacks?: readonly ForgedAttack[] }): Population {
  const shot = newShot();
  let cachedHour = NaN, recent: ForgedAttack[] = [];
  return {
    name: plan.name, kind: 'backscatter', campaign: '',
    emit(cell: Cell, shots: Shots) {
      const hour = Math.floor(cell.fromUs / HOUR_US);
      if (hour !== cachedHour) {
        recent = [...plan.attacks ?? []];
        for (let h = hour - LONGEST_US / HOUR_US; h <= hour; h++) recent.push(...attacksOfHour(plan.seed, h, plan.perHour));
        cachedHour = hour;
      }
      for (const attack of recent) {
        const fromUs = Math.max(cell.fromUs, attack.fromUs), toUs = Math.min(cell.toUs, attack.toUs);
        if (fromUs >= toUs) continue;
        for (let n = cell.rng.poisson(attack.ratePps * BLOCK_SHARE * ((toUs - fromUs) / 1e6)); n > 0; n--) {
          shot.atUs = fromUs + Math.floor(cell.rng.float() * (toUs - fromUs));
          shot.dst = (cell.block + cell.rng.below(256)) >>> 0;
          fillReply(shot, attack, cell.rng);
          shots.push(shot);
        }
      }
    },
  };
}

const SYN_ACK = joinOptions(OPTION_BYTES.mss(1460), OPTION_BYTES.nop, OPTION_BYTES.nop, OPTION_BYTES.sackPermitted);

function fillReply(shot: Shot, attack: ForgedAttack, rng: Rng): void {
  const key = mix(attack.victim, 71);
  shot.src = attack.victim;
  shot.ttl = (key & 3) === 0 ? 117 - (key >>> 8) % 9 : 54 - (key >>> 8) % 9;
  shot.dontFragment = true;
  shot.options = NO_BYTES;
  shot.payload = NO_BYTES;
  shot.icmpRest = 0;
  shot.ipid = 0;
  const forgedPort = 1_024 + rng.below(64_512);
  if (attack.reply === 'unreachable') {
    shot.proto = PROTO.icmp;
    shot.sport = 3;
    shot.dport = 3;
    shot.dontFragment = false;
    shot.ipid = rng.below(65_536);
    shot.payload = quoteOfForged(shot.dst, attack.victim, forgedPort, attack.port, rng);
    shot.flags = 0; shot.seq = 0; shot.ack = 0; shot.window = 0;
    return;
  }
  shot.proto = PROTO.tcp;
  shot.sport = attack.port;
  shot.dport = forgedPort;
  const reset = attack.reply === 'reset';
  shot.flags = reset ? TCP.rst | TCP.ack : TCP.syn | TCP.ack;
  shot.seq = reset ? 0 : rng.u32();
  shot.ack = rng.u32();
  shot.window = reset ? 0 : 29_200;
  if (!reset) shot.options = SYN_ACK;
}
