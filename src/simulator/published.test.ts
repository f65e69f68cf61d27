/** Published parameters hold in what the simulator sends, measured from the packets, not from the plans. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { PROTO } from '../core/packet-batch.ts';
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from '../core/time.ts';
import { unpackCountry } from '../core/packet-batch.ts';
import { loadTables } from '../observations/enrichment-store.ts';
import { enrich } from '../observations/enrichment.ts';
import { LEVEL_PPS, SHARES } from './background.ts';
import { attacksOfHour } from './backscatter.ts';
import { MIRAI_DOUBLING_US, MORTO_TENFOLD_US, exponential, logistic } from './growth.ts';
import { BLOCK_SHARE } from './population.ts';
import { simulate } from './simulation.ts';
import type { SimulatedSensor, SimulateOptions, Truth } from './contract.ts';

const one: readonly SimulatedSensor[] = [{ id: 'local/a', regions: ['198.18.0.0/24'], country: 'JP', zone: 'Asia/Tokyo' }];
const sixteen: readonly SimulatedSensor[] = [{ id: 'local/a', regions: ['198.18.0.0/20'], country: 'JP', zone: 'Asia/Tokyo' }];

interface Packet { readonly atUs: number; readonly src: number; readonly dst: number; readonly proto: number; readonly sport: number; readonly dport: number; readonly seq: number; readonly ttl: number; readonly population: string }

/** Packets of the populations whose name contains `of`. */
function packetsOf(scenario: string, options: SimulateOptions, of: string): { packets: Packet[]; truth: Truth } {
  const simulation = simulate(scenario, options), packets: Packet[] = [];
  let names: string[] = [];
  for (const { shots, order, from, to } of simulation.slices()) {
    if (names.length === 0) names = Object.keys(simulation.truth().populations);
    for (let k = from; k < to; k++) {
      const i = order[k] as number, population = names[shots.of[i] as number] as string;
      if (population.includes(of)) packets.push({ atUs: shots.atUs[i] as number, src: shots.src[i] as number, dst: shots.dst[i] as number, proto: shots.proto[i] as number, sport: shots.sport[i] as number, dport: shots.dport[i] as number, seq: shots.seq[i] as number, ttl: shots.ttl[i] as number, population });
    }
  }
  return { packets, truth: simulation.truth() };
}

/** Five standard deviations of a Poisson count, as a share of its mean. */
const spread = (count: number): number => 5 / Math.sqrt(count);

function near(got: number, wanted: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(got / wanted - 1) <= tolerance, `${what}: ${got}, published ${wanted} (tolerance ${(tolerance * 100).toFixed(0)} %)`);
}

test('one address gets a packet in 13 seconds, and each part of the background its share (NICTER 2024)', () => {
  const hours = 24, simulation = simulate('worm-quiet-port', { seed: 12, durationUs: hours * HOUR_US, intensity: 1, sensors: one });
  for (const batch of simulation.batchesNow()) assert.ok(batch.n > 0);
  const { populations } = simulation.truth();
  const expected = LEVEL_PPS * hours * 3600, of = (...words: string[]) => Object.entries(populations).filter(([n]) => words.some((w) => n.startsWith(w))).reduce((sum, [, p]) => sum + p.packets, 0);
  const campaigns = of('worm on');
  near(Object.values(populations).reduce((sum, p) => sum + p.packets, 0) - campaigns, expected, 0.06, 'packets of a day');
  near(of('survey'), expected * SHARES.surveys, 0.05, 'surveys');
  near(of('device'), expected * SHARES.devices, 0.06, 'devices');
  near(of('password', 'windows worms'), expected * SHARES.brute, 0.06, 'ordinary stacks');
  near(of('misconfiguration'), expected * SHARES.misconfiguration, 0.05, 'misconfiguration');
  // Backscatter has the heaviest tail of all: a factor, not a share.
  const replies = of('backscatter') / (expected * SHARES.backscatter);
  assert.ok(replies > 0.3 && replies < 3, `backscatter is ${replies} of its share`);
});

test('Mirai doubles in 76 minutes and strikes 23 and 2323 as nine to one, with the sequence number equal to the destination', () => {
  const curve = logistic({ fromUs: 0, first: 1_000, plateau: 1e9, doublingUs: MIRAI_DOUBLING_US });
  near(curve.active(76 * MINUTE_US), 2_000, 0.001, 'hosts after 76 minutes');
  near(curve.active(10 * 76 * MINUTE_US), 1_024_000, 0.01, 'hosts after ten doublings');
  const { packets, truth } = packetsOf('mirai-wave', { seed: 3, sensors: sixteen, durationUs: 5 * HOUR_US, intensity: 0.001 }, 'mirai variant');
  // The variant grows from 1,500 towards 65,000: little bent within three hours.
  const plan = truth.campaigns.find((c) => c.name === 'mirai variant'), onsetUs = plan?.onsetUs ?? 0;
  const count = (fromMinutes: number, toMinutes: number) => packets.filter((p) => p.atUs >= onsetUs + fromMinutes * MINUTE_US && p.atUs < onsetUs + toMinutes * MINUTE_US).length;
  near(count(76, 152) / count(0, 76), 2, 0.15, 'growth in 76 minutes');
  const wave = packetsOf('mirai-wave', { seed: 4, sensors: one, intensity: 0.001 }, 'mirai').packets.filter((p) => p.dport === 23 || p.dport === 2323);
  const telnet = wave.filter((p) => p.dport === 23).length, alternative = wave.length - telnet;
  near(telnet / alternative, 9, spread(alternative), '23 : 2323');
  for (const p of wave) assert.equal(p.seq, p.dst);
});

test('a telescope thins: a bot of 160 packets a second is seen at a /24 with Poisson(160 · 256 / 2^32) a second', () => {
  assert.equal(BLOCK_SHARE, 256 / 2 ** 32);
  const { truth } = packetsOf('korean-dvr-like', { seed: 2, sensors: sixteen, durationUs: 6 * HOUR_US, intensity: 0.001 }, 'recorders');
  const plan = truth.campaigns[0];
  assert.ok(plan);
  const riseUs = (plan.endUs - plan.onsetUs) / 3, hostSeconds = 1_000 * (plan.endUs - plan.onsetUs - riseUs / 2) / SECOND_US;
  const expected = hostSeconds * 160 * 16 * BLOCK_SHARE;
  // The daily rhythm is at its own hour, so a third of its amplitude is allowed for.
  near(plan.packets, expected, spread(expected) + 0.3, 'visible packets');
});

test('Morto grows ten-fold in a month and keeps one source port for a run of targets', () => {
  const month = exponential({ fromUs: 0, first: 1_000, factor: 10, perUs: MORTO_TENFOLD_US, most: 1e9 });
  near(month.active(31 * DAY_US), 10_000, 0.001, 'hosts after a month');
  near(month.active(62 * DAY_US), 100_000, 0.001, 'hosts after two');
  const { packets, truth } = packetsOf('worm-3389', { seed: 1, sensors: sixteen, durationUs: 6 * HOUR_US, intensity: 0.001 }, 'morto');
  const plan = truth.campaigns[0];
  assert.ok(plan && plan.timeCompression > 100);
  const tenth = (plan.endUs - plan.onsetUs) / 10, count = (k: number) => packets.filter((p) => Math.floor((p.atUs - plan.onsetUs) / tenth) === k).length;
  near(count(9) / count(0), 10 ** 0.9, 0.25, 'growth over nine tenths of the pressed month');
  const runs = new Map<string, Set<number>>();
  for (const p of packets) { const key = `${p.src} ${Math.floor(p.atUs / 600e6)}`; const ports = runs.get(key) ?? new Set(); ports.add(p.sport); runs.set(key, ports); }
  assert.ok([...runs.values()].filter((s) => s.size === 1).length / runs.size > 0.95);
  assert.ok(new Set(packets.map((p) => p.sport)).size > 500);
});

test('Satori has its 280,000 bots after twelve hours in real time, and stops in one moment', () => {
  const { packets, truth } = packetsOf('satori-burst', { seed: 1, sensors: one, durationUs: 24 * HOUR_US, intensity: 0.001 }, 'satori');
  const plan = truth.campaigns[0];
  assert.ok(plan);
  assert.equal(plan.timeCompression, 1);
  assert.equal(plan.hosts, 280_000);
  const perHour = (h: number) => packets.filter((p) => p.atUs >= plan.onsetUs + h * HOUR_US && p.atUs < plan.onsetUs + (h + 1) * HOUR_US).length;
  near(perHour(11) / perHour(5), 11.5 / 5.5, 0.35, 'straight rise');
  const level = perHour(15);
  assert.ok(level > 1_000);
  assert.ok(packets.every((p) => p.atUs < plan.endUs) && packets.filter((p) => p.atUs >= plan.endUs - 5 * MINUTE_US).length > level / 24);
});

test('the synchronised group starts together within thirty seconds, in twenty countries of 5–50 hosts, in common periods of 10–60 minutes', () => {
  const { packets, truth } = packetsOf('udp-33434-sync', { seed: 5, sensors: [{ ...sixteen[0] as SimulatedSensor, regions: ['198.18.0.0/16'] }], durationUs: 4 * HOUR_US, intensity: 0.0001 }, 'sync 33434');
  const plan = truth.campaigns[0];
  assert.ok(plan);
  const everyUs = Number(plan.parameters['everyMinutes']) * MINUTE_US, onUs = Number(plan.parameters['onMinutes']) * MINUTE_US;
  assert.ok(onUs >= 10 * MINUTE_US && onUs <= 60 * MINUTE_US);
  assert.ok(plan.hosts >= 100 && plan.hosts <= 1_000);
  for (const p of packets) {
    const inRoundUs = (p.atUs - plan.onsetUs + 30 * SECOND_US) % everyUs;
    assert.ok(inRoundUs <= onUs + 60 * SECOND_US, 'a packet outside the common periods');
    assert.equal(p.dport, 33_434);
  }
  assert.ok(packets.length > 2_000);
  const tables = loadTables(), countries = new Map<string, Set<number>>();
  const simulation = simulate('udp-33434-sync', { seed: 5, sensors: sixteen, durationUs: 4 * HOUR_US, intensity: 0.0001 });
  for (const batch of simulation.batchesNow()) {
    enrich(tables, batch);
    for (let i = 0; i < batch.n; i++) if (batch.dport[i] === 33_434 && batch.proto[i] === PROTO.udp) {
      const code = unpackCountry(batch.country[i] as number), hosts = countries.get(code) ?? new Set();
      hosts.add(batch.src[i] as number);
      countries.set(code, hosts);
    }
  }
  assert.ok(countries.size >= 20, `only ${[...countries.keys()].join(' ')}`);
  for (const hosts of countries.values()) assert.ok(hosts.size <= 50 + 10);
});

test('Moose asks 10073/tcp at the same destination 2–8 seconds after 23/tcp', () => {
  const { packets } = packetsOf('moose-pair', { seed: 1, sensors: one, durationUs: 6 * HOUR_US, intensity: 0.001 }, 'moose');
  const first = new Map<string, number[]>();
  for (const p of packets) if (p.dport === 23) first.set(`${p.src} ${p.dst}`, [...first.get(`${p.src} ${p.dst}`) ?? [], p.atUs]);
  const second = packets.filter((p) => p.dport === 10_073);
  assert.ok(second.length > 50);
  for (const p of second) assert.ok((first.get(`${p.src} ${p.dst}`) ?? []).some((at) => p.atUs - at >= 2 * SECOND_US && p.atUs - at <= 8 * SECOND_US));
});

test('the backdoor ports change from one main country to another half-way', () => {
  const tables = loadTables(), counts = new Map<string, number>();
  const simulation = simulate('udp-backdoor', { seed: 1, sensors: sixteen, durationUs: 4 * HOUR_US, intensity: 0.0001 });
  const plan = () => simulation.truth().campaigns[0];
  for (const batch of simulation.batchesNow()) {
    enrich(tables, batch);
    const campaign = plan();
    if (!campaign) continue;
    const middleUs = (campaign.onsetUs + campaign.endUs) / 2;
    for (let i = 0; i < batch.n; i++) if (batch.dport[i] === 53_413) {
      const key = `${(batch.atUs[i] as number) < middleUs ? 'before' : 'after'} ${unpackCountry(batch.country[i] as number)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const total = (when: string) => [...counts].filter(([k]) => k.startsWith(when)).reduce((sum, [, n]) => sum + n, 0);
  near((counts.get('before CN') ?? 0) / total('before'), 0.8, 0.1, 'share before');
  near((counts.get('after GB') ?? 0) / total('after'), 0.8, 0.1, 'share after');
});

test('the sweep for a vulnerability reaches the sensors one after another, in the order that the truth tells', () => {
  const simulation = simulate('cve-sweep', { seed: 2, durationUs: 6 * HOUR_US, intensity: 0.01 });
  for (const batch of simulation.batchesNow()) assert.ok(batch.n > 0);
  const [plan] = simulation.truth().campaigns;
  assert.ok(plan);
  const order = String(plan.parameters['sensorOrder']).split(' → '), firsts = order.map((id) => plan.firstUs[id] ?? NaN);
  assert.deepEqual(firsts, [...firsts].sort((a, b) => a - b));
  for (let k = 1; k < firsts.length; k++) assert.ok((firsts[k] as number) - (firsts[k - 1] as number) > 5 * MINUTE_US);
});

test('the local campaign spends nine tenths on its target', () => {
  const simulation = simulate('local-target', { seed: 1, durationUs: 6 * HOUR_US, intensity: 0.01 });
  const counts = new Map<string, number>();
  for (const batch of simulation.batchesNow()) for (let i = 0; i < batch.n; i++) if (batch.dport[i] === 8_291) counts.set(batch.sensor, (counts.get(batch.sensor) ?? 0) + 1);
  const [plan] = simulation.truth().campaigns, target = counts.get(plan?.aim ?? '') ?? 0, all = [...counts.values()].reduce((a, b) => a + b, 0);
  assert.equal(Number(plan?.parameters['shareRatio']), 0.9);
  near(target / all, 0.9, 0.07, 'share at the target');
});

test('the /0 scan walks each /24 once, in order of the last octet, a source rarely twice', () => {
  const { packets } = packetsOf('sip-slash0', { seed: 1, sensors: one, durationUs: 6 * HOUR_US, intensity: 0.001 }, 'slash zero');
  assert.ok(packets.length > 200 && packets.length < 420, `${packets.length} packets at a /24, published 1.2 an address`);
  for (let k = 1; k < packets.length; k++) assert.ok(((packets[k] as Packet).dst & 255) >= ((packets[k - 1] as Packet).dst & 255));
  assert.ok(new Set(packets.map((p) => p.src)).size / packets.length > 0.98);
});

test('half of the attacks last less than ten minutes, and victims come again (Moore et al.)', () => {
  const attacks = Array.from({ length: 24 * 21 }, (_, hour) => attacksOfHour(1, hour, 25)).flat();
  assert.ok(attacks.length > 12_000);
  const short = attacks.filter((a) => a.toUs - a.fromUs < 10 * MINUTE_US).length / attacks.length;
  assert.ok(short > 0.45 && short < 0.65, `${short} last less than ten minutes`);
  const victims = new Set(attacks.map((a) => a.victim)).size;
  assert.ok(victims < attacks.length / 2 && victims > 400, `${victims} victims of ${attacks.length} attacks`);
});

test('homes keep their country\'s hours: more at eight in the evening than at eight in the morning', () => {
  const { packets } = packetsOf('worm-quiet-port', { seed: 1, sensors: one, durationUs: DAY_US, intensity: 1 }, 'windows worms');
  const { evenings, mornings } = packets.reduce((sum, p) => {
    // Most of these are 3–8 hours east of Greenwich: their evening is 12–17 o'clock UTC, their morning 0–5.
    const hour = Math.floor((p.atUs % DAY_US) / HOUR_US);
    return { evenings: sum.evenings + (hour >= 11 && hour < 17 ? 1 : 0), mornings: sum.mornings + (hour >= 22 || hour < 4 ? 1 : 0) };
  }, { evenings: 0, mornings: 0 });
  assert.ok(evenings > mornings * 1.15, `${evenings} in the evening, ${mornings} in the morning`);
});
