/**
 * Loud things that are no early warning: what a telescope's analyst learns to shrug at.
 *
 * Each is a population of kind `burst` with its span, for the truth. Source: the 70 % / 70 % one-point rule of Dark-TRACER,
 * and the operations notes of several telescopes (`darknet-anchors`, section 7.2); sizes are ours.
 * @module
 */
import { MINUTE_US } from '../core/time.ts';
import { keyOf, mix } from './chance.ts';
import type { Play, Population, Stage } from './contract.ts';
import { steady } from './growth.ts';
import { DEVICE_COUNTRIES, addressIn } from './hosts.ts';
import { PAYLOADS } from './payloads.ts';
import { BLOCK_SHARE, retransmit, strikers } from './population.ts';
import { linux, udp } from './stacks.ts';
import { newSurvey } from './background.ts';
import type { ResearchBlock } from './contract.ts';

/** A burst and its line in the truth. */
export interface Burst { readonly population: Population; readonly line: Play['bursts'][number]; readonly research?: ResearchBlock }

/** Two thousand peers of a file-sharing network hit one address of one sensor for twenty minutes. */
export function onePointFlood(stage: Stage, o: { fromUs: number; sensor: number }): Burst {
  const toUs = o.fromUs + 20 * MINUTE_US, key = keyOf(`one-point/${stage.seed}/${o.fromUs}`);
  const block = [...stage.blocksOf(o.sensor)][0] ?? 0, octet = 1 + (mix(key, 1) % 254);
  const population = strikers({
    name: `one-point flood ${o.sensor}`, kind: 'burst', seed: stage.seed, countries: DEVICE_COUNTRIES, hosts: steady(2_000, o.fromUs, toUs), ratePps: 3 / 2_000, weight: (b) => (b === block ? 1 / BLOCK_SHARE : 0),
    within: () => octet, aim: (shot, _host, rng) => { shot.dport = 51_413; shot.payload = PAYLOADS.bittorrentPing(rng); }, stack: udp,
  });
  return { population, line: { name: 'one-point-flood', fromUs: o.fromUs, toUs, about: 'Peers of a file-sharing network at one address, udp/51413.' } };
}

/** A hoster rolls out a wrong configuration: sixty of its machines look for their monitoring agent everywhere, for half an hour. */
export function hosterMistake(stage: Stage, o: { fromUs: number }): Burst {
  const toUs = o.fromUs + 30 * MINUTE_US, key = keyOf(`hoster/${stage.seed}/${o.fromUs}`);
  const base = (addressIn('DE', true, key) & 0xffffff00) >>> 0;
  const inner = strikers({ name: 'hoster mistake', kind: 'burst', seed: stage.seed, countries: [['DE', 1]], hosting: true, hosts: steady(60, o.fromUs, toUs), ratePps: 0.15 / 60 / BLOCK_SHARE, aim: (s, host) => { s.dport = 10_050; s.src = (base + 1 + (host % 250)) >>> 0; }, stack: linux, follow: retransmit(2) });
  return { population: inner, line: { name: 'hoster-misconfiguration', fromUs: o.fromUs, toUs, about: 'Sixty machines of one /24 of a hoster look for tcp/10050.' } };
}

/** A known survey organisation starts sweeping a port it never swept. */
export function surveyStart(stage: Stage, o: { fromUs: number; port: number }): Burst {
  const { population, block } = newSurvey(stage.seed, o.fromUs, o.port);
  return { population, research: block, line: { name: 'survey-start', fromUs: o.fromUs, toUs: Math.min(stage.endUs, o.fromUs + 50 * MINUTE_US), about: `A survey organisation starts to sweep tcp/${o.port} from sixty addresses.` } };
}
