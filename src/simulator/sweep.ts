/**
 * Surveys: organisations that visit every address of the Internet once a sweep, port after port, from their own networks.
 *
 * A sweep of one port hits each address exactly once at a time that a hash gives (no address twice, none left out), within
 * `passUs`; sweeps start one after another so that all ports take `roundUs`.
 * Source: NICT's list of survey scanners (2025: 87 organisations, 8 of them at all ports, most below 1,000); a full pass takes
 * 45 minutes at 1 Gb/s (Durumeric et al., ZMap, 2013).
 * Cost: 256 hashes a running pass, /24 and minute.
 * @module
 */
import { MINUTE_US } from '../core/time.ts';
import { keyOf, mix, mix3, unit } from './chance.ts';
import type { Cell, Population, ResearchBlock, TruthClass } from './contract.ts';
import { addressIn } from './hosts.ts';
import type { Country } from './places.catalogue.ts';
import { newShot, type Shots } from './shots.ts';
import type { Stack } from './stacks.ts';

export interface SurveyPlan {
  readonly name: string;
  readonly seed: number;
  readonly kind?: TruthClass;
  readonly country: Country;
  /** Scanning addresses, all in one /24. */
  readonly sources: number;
  /** Ports in the order of sweeps; or 'all' for 1–65535. */
  readonly ports: readonly number[] | 'all';
  /** Time for all ports, microseconds. */
  readonly roundUs: number;
  /** Time for one pass over the Internet, microseconds; default 45 minutes. */
  readonly passUs?: number;
  readonly stack: Stack;
  /** Whether an operator's list of research scanners has it. */
  readonly listed: boolean;
  /** When its first sweep starts; default long ago. */
  readonly fromUs?: number;
  readonly toUs?: number;
}

const PASS_US = 45 * MINUTE_US;

/** Sweeps as a population, and the network they come from. */
export function survey(plan: SurveyPlan): { population: Population; block: ResearchBlock } {
  const key = keyOf(`survey/${plan.name}/${plan.seed}`);
  const base = (addressIn(plan.country, true, key) & 0xffffff00) >>> 0;
  const passUs = plan.passUs ?? PASS_US;
  const ports = plan.ports === 'all' ? 65_535 : plan.ports.length;
  const everyUs = plan.roundUs / ports;
  const firstUs = plan.fromUs ?? Math.floor(unit(key) * everyUs), untilUs = plan.toUs ?? Infinity;
  const portOf = (sweep: number): number => {
    const k = sweep % ports;
    // All ports: a fixed order that jumps (30,103 is coprime to 65,535), so that neighbours are not swept in a row.
    return plan.ports === 'all' ? 1 + ((k * 30_103 + (key % 65_535)) % 65_535) : plan.ports[k] as number;
  };
  const shot = newShot();
  const population: Population = {
    name: `survey ${plan.name}`, kind: plan.kind ?? 'research', campaign: '',
    emit(cell: Cell, shots: Shots) {
      if (cell.toUs <= firstUs || cell.fromUs >= untilUs) return;
      const first = Math.max(0, Math.ceil((cell.fromUs - firstUs - passUs) / everyUs));
      const last = Math.floor((cell.toUs - firstUs - 1) / everyUs);
      for (let sweep = first; sweep <= last; sweep++) {
        const startUs = firstUs + sweep * everyUs;
        const port = portOf(sweep), sweepKey = mix3(key, sweep, 61);
        // The hashes that fall in this minute, as a range: most addresses fall in another.
        const low = (cell.fromUs - startUs) / passUs * 2 ** 32 - 1, high = (Math.min(cell.toUs, untilUs) - startUs) / passUs * 2 ** 32 + 1;
        for (let octet = 0; octet < 256; octet++) {
          const dst = (cell.block + octet) >>> 0, hash = mix(sweepKey, dst);
          if (hash < low || hash > high) continue;
          const atUs = Math.floor(startUs + unit(hash) * passUs);
          if (atUs < cell.fromUs || atUs >= cell.toUs || atUs >= untilUs) continue;
          shot.atUs = atUs;
          shot.dst = dst;
          shot.dport = port;
          const source = mix(hash, 67) % plan.sources;
          shot.src = (base + 1 + (source % 254)) >>> 0;
          plan.stack(shot, mix(key, source), cell.rng);
          shot.ttl = Math.max(1, shot.ttl - 8 - (mix(key, cell.block) % 9));
          shots.push(shot);
        }
      }
    },
  };
  const word = `${base >>> 24}.${(base >>> 16) & 255}.${(base >>> 8) & 255}.0/24`;
  return { population, block: { name: plan.name, cidr: word, listed: plan.listed } };
}
