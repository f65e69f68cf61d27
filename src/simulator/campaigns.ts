/**
 * The threats that scenarios plant, each with its published parameters. A scenario places them in time.
 *
 * In: stage, times, and sizes where no source fixes them. Out: the plan for the truth, and the populations that carry it out.
 * Sources stand at each; what is ours is called ours. A bot strikes at 160 packets a second (Antonakakis et al. 2017) unless
 * said otherwise: one visible packet in 29 hours at a /24, so what a telescope sees of a campaign is its thinnest edge.
 * Months are pressed into the run where a run is shorter; the factor is in the plan as `timeCompression`.
 * @module
 */
import { DAY_US, HOUR_US, MINUTE_US } from '../core/time.ts';
import { keyOf, mix, mix3, unit } from './chance.ts';
import type { CampaignPlan, Population, Stage } from './contract.ts';
import { MIRAI_DOUBLING_US, MORTO_TENFOLD_US, exponential, logistic, ramp, steady, type Growth } from './growth.ts';
import { DEVICE_COUNTRIES, HOSTING_COUNTRIES, type CountryMix } from './hosts.ts';
import { PAYLOADS, type Payload } from './payloads.ts';
import { BLOCK_SHARE, retransmit, strikers, type Aim } from './population.ts';
import { embedded, mirai, morto, ordinary, rawTool, udp, udpScanner, zmapNew, type Stack } from './stacks.ts';
import { atPorts } from './background.ts';

/** A planted threat. */
export interface Campaign { readonly plan: CampaignPlan; readonly populations: readonly Population[] }

/** Where a campaign stands in time. */
export interface Span { readonly fromUs: number; readonly toUs: number }

/** Packets a second of one Mirai bot over the whole space. */
const BOT_PPS = 160;
const WORLD = 'everywhere';

interface Common { readonly name: string; readonly family: string; readonly ports: readonly string[]; readonly span: Span; readonly hosts: number; readonly parameters: CampaignPlan['parameters']; readonly timeCompression?: number; readonly aim?: string }

function planned(c: Common): CampaignPlan {
  return { name: c.name, family: c.family, ports: c.ports, onsetUs: c.span.fromUs, endUs: c.span.toUs, hosts: c.hosts, parameters: c.parameters, timeCompression: c.timeCompression ?? 1, aim: c.aim ?? WORLD };
}

function fixedPort(port: number): Aim {
  return (shot) => { shot.dport = port; };
}

function fixedUdp(port: number, payload: Payload): Aim {
  return (shot, _host, rng) => { shot.dport = port; shot.payload = payload(rng); };
}

/** A worm on one TCP port: logistic growth (Antonakakis et al. 2017: doubling 76 minutes; slower ones are ours). */
export function worm(stage: Stage, o: { name: string; span: Span; port: number; doublingUs: number; first: number; plateau: number; stack?: Stack; ratePps?: number }): Campaign {
  const growth = logistic({ ...o.span, first: o.first, plateau: o.plateau, doublingUs: o.doublingUs });
  return {
    plan: planned({ name: o.name, family: 'worm', ports: [`tcp/${o.port}`], span: o.span, hosts: growth.active(o.span.toUs - 1), parameters: { doublingMinutes: o.doublingUs / MINUTE_US, firstHosts: o.first, plateauHosts: o.plateau, ratePps: o.ratePps ?? BOT_PPS } }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: DEVICE_COUNTRIES, hosts: growth, ratePps: o.ratePps ?? BOT_PPS, aim: fixedPort(o.port), stack: o.stack ?? rawTool })],
  };
}

/** Mirai: 23 and 2323 as nine to one, sequence number = destination, doubling in 76 minutes (Antonakakis et al. 2017). */
export function miraiWave(stage: Stage, o: { name: string; span: Span; first: number; plateau: number; ports?: readonly (readonly [number, number])[] }): Campaign {
  const ports = o.ports ?? [[23, 9], [2323, 1]];
  const growth = logistic({ ...o.span, first: o.first, plateau: o.plateau, doublingUs: MIRAI_DOUBLING_US });
  return {
    plan: planned({ name: o.name, family: 'mirai', ports: ports.map(([p]) => `tcp/${p}`), span: o.span, hosts: growth.active(o.span.toUs - 1), parameters: { doublingMinutes: 76, firstHosts: o.first, plateauHosts: o.plateau, ratePps: BOT_PPS, portRatio: ports.map(([p, w]) => `${p}:${w}`).join(' ') } }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: DEVICE_COUNTRIES, hosts: growth, ratePps: BOT_PPS, aim: atPorts(ports), stack: mirai })],
  };
}

/** Satori: 280,000 bots within twelve hours on 37215 and 52869, then a sudden stop (Netlab 360, Kaspersky 2017). The rate of a bot (40/s) is ours. */
export function satori(stage: Stage, o: { name: string; span: Span }): Campaign {
  const riseUs = Math.min(12 * HOUR_US, (o.span.toUs - o.span.fromUs) * 0.7), compression = (12 * HOUR_US) / riseUs;
  return {
    plan: planned({ name: o.name, family: 'satori', ports: ['tcp/37215', 'tcp/52869'], span: o.span, hosts: 280_000, parameters: { hosts: 280_000, riseHours: 12, ratePps: 40 }, timeCompression: compression }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: [['EG', 20], ['EC', 12], ['TN', 10], ['AR', 14], ['CO', 12], ['CN', 8], ['VN', 6], ['BR', 8], ['MX', 6]], hosts: ramp({ ...o.span, hosts: 280_000, riseUs }), ratePps: 40, aim: atPorts([[37_215, 1], [52_869, 1]]), stack: mirai })],
  };
}

/** Morto: 3389/tcp, ten-fold in a month, one source port for a run of targets (SANS, F-Secure 2011). Hosts and rate are ours. */
export function mortoWorm(stage: Stage, o: { name: string; span: Span; first: number }): Campaign {
  const spanUs = o.span.toUs - o.span.fromUs, perUs = Math.min(MORTO_TENFOLD_US, spanUs);
  const growth = exponential({ ...o.span, first: o.first, factor: 10, perUs, most: o.first * 10 });
  return {
    plan: planned({ name: o.name, family: 'morto', ports: ['tcp/3389'], span: o.span, hosts: o.first * 10, parameters: { factorPerMonth: 10, firstHosts: o.first, ratePps: 20 }, timeCompression: MORTO_TENFOLD_US / perUs }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: [['CN', 30], ['US', 15], ['BR', 12], ['RU', 10], ['TR', 8], ['IN', 8], ['TH', 6], ['KR', 6], ['DE', 5]], hosts: growth, ratePps: 20, aim: fixedPort(3_389), stack: morto, follow: retransmit(2) })],
  };
}

/** A backdoor of home routers on UDP: a plateau whose source countries change half-way (Trend Micro 2014–16: 40,000 of 50,000 from one country). Sizes are ours. */
export function udpBackdoor(stage: Stage, o: { name: string; span: Span; port: number; hosts: number }): Campaign {
  const middleUs = o.span.fromUs + Math.floor((o.span.toUs - o.span.fromUs) / 2);
  const common = { kind: 'campaign' as const, campaign: o.name, seed: stage.seed, ratePps: 100, aim: fixedUdp(o.port, PAYLOADS.netisGreeting), stack: udpScanner };
  return {
    plan: planned({ name: o.name, family: 'udp-backdoor', ports: [`udp/${o.port}`], span: o.span, hosts: o.hosts, parameters: { hosts: o.hosts, ratePps: 100, countriesBefore: 'CN 80 %', countriesAfter: 'GB 80 %' } }),
    populations: [
      strikers({ ...common, name: `${o.name} before`, countries: [['CN', 80], ['US', 8], ['KR', 6], ['TW', 6]], hosts: ramp({ fromUs: o.span.fromUs, toUs: middleUs, hosts: o.hosts, riseUs: 30 * MINUTE_US }) }),
      strikers({ ...common, name: `${o.name} after`, countries: [['GB', 80], ['CN', 10], ['US', 10]], hosts: steady(o.hosts, middleUs, o.span.toUs) }),
    ],
  };
}

/** The twenty countries of the synchronised groups. */
const TWENTY: readonly CountryMix[number][0][] = ['US', 'CN', 'RU', 'BR', 'IN', 'DE', 'GB', 'FR', 'IT', 'ES', 'NL', 'PL', 'UA', 'TR', 'KR', 'TW', 'TH', 'VN', 'MX', 'AR'];

/** Whether a synchronised group is on: common periods of `onUs` every `everyUs`, each host off by up to ±30 s. */
function commonPeriods(key: number, fromUs: number, everyUs: number, onUs: number): (host: number, atUs: number) => boolean {
  return (host, atUs) => {
    const sinceUs = atUs - fromUs, round = Math.floor(sinceUs / everyUs);
    const shiftUs = (unit(mix3(key, host, round)) - 0.5) * 60e6;
    const inRoundUs = sinceUs - round * everyUs - shiftUs;
    return inRoundUs >= 0 && inRoundUs < onUs;
  };
}

/** 33434/udp: twenty countries of 5–50 hosts each that start together (±30 s), on for 10–60 minutes, then off, at a low rate. No public figure exists: parameters are ours, from the brief. */
export function traceroutePortSync(stage: Stage, o: { name: string; span: Span }): Campaign {
  const key = keyOf(`${o.name}/${stage.seed}`);
  const mixture = TWENTY.map((c, i): CountryMix[number] => [c, 5 + (mix(key, i) % 46)]);
  const hosts = mixture.reduce((sum, [, n]) => sum + n, 0);
  const onUs = (20 + (mix(key, 50) % 31)) * MINUTE_US, everyUs = onUs + (25 + (mix(key, 51) % 31)) * MINUTE_US;
  return {
    plan: planned({ name: o.name, family: 'udp-sync', ports: ['udp/33434'], span: o.span, hosts, parameters: { countries: 20, hosts, onMinutes: onUs / MINUTE_US, everyMinutes: everyUs / MINUTE_US, startSpreadSeconds: 30, ratePps: 400 } }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: mixture, churn: false, diurnal: 0, hosts: steady(hosts, o.span.fromUs, o.span.toUs), ratePps: 400, on: commonPeriods(key, o.span.fromUs, everyUs, onUs), aim: fixedUdp(33_434, PAYLOADS.nothing), stack: udp })],
  };
}

/** People who really trace routes: the look-alike of the above; ports 33434 + hop, TTL almost spent on arrival. */
export function tracers(stage: Stage, perHour: number): Population {
  const hosts = 3_000;
  return strikers({
    name: 'traceroutes', kind: 'background', seed: stage.seed, countries: HOSTING_COUNTRIES, churn: true, hosts, ratePps: perHour / 3_600 / hosts / BLOCK_SHARE,
    aim: (shot, host, rng) => { shot.dport = 33_434 + 30 + (host % 3); shot.payload = PAYLOADS.traceroute(rng); },
    stack: (shot, hash, rng) => { udp(shot, hash, rng); shot.ttl = 14; shot.ipid = (hash + 90) & 0xffff; },
    follow: (shot, host, rng, push) => {
      const dst = shot.dst;
      for (let probe = 1; probe < 6; probe++) {
        shot.atUs += 5_000_000 * (probe % 3 === 0 ? 1 : 0) + rng.below(60_000);
        shot.dst = dst; shot.dport = 33_434 + 30 + (host % 3) + probe; shot.ipid = (shot.ipid + 1) & 0xffff; shot.ttl = 14 + Math.floor(probe / 3);
        push(shot);
      }
    },
  });
}

/** A recorder botnet in one country: about a thousand hosts on 23 and 20012/tcp, for weeks (NICT's observation of Korean recorders). */
export function oneCountryRecorders(stage: Stage, o: { name: string; span: Span; hosts: number }): Campaign {
  return {
    plan: planned({ name: o.name, family: 'recorder-botnet', ports: ['tcp/23', 'tcp/20012'], span: o.span, hosts: o.hosts, parameters: { hosts: o.hosts, country: 'KR', ratePps: BOT_PPS } }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: [['KR', 1]], hosts: ramp({ ...o.span, hosts: o.hosts, riseUs: Math.min(2 * HOUR_US, (o.span.toUs - o.span.fromUs) / 3) }), ratePps: BOT_PPS, aim: atPorts([[23, 1], [20_012, 1]]), stack: embedded })],
  };
}

/** Moose: 23/tcp, and seconds later 10073/tcp at the same destination ("are you infected?"). Size and rate are ours. */
export function moosePair(stage: Stage, o: { name: string; span: Span; hosts: number }): Campaign {
  return {
    plan: planned({ name: o.name, family: 'moose', ports: ['tcp/23', 'tcp/10073'], span: o.span, hosts: o.hosts, parameters: { hosts: o.hosts, ratePps: 60, secondStepSeconds: '2–8' } }),
    populations: [strikers({
      name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: DEVICE_COUNTRIES, hosts: ramp({ ...o.span, hosts: o.hosts, riseUs: HOUR_US }), ratePps: 60, aim: fixedPort(23), stack: embedded,
      follow: (shot, _host, rng, push) => {
        shot.atUs += 2_000_000 + rng.below(6_000_000);
        shot.dport = 10_073; shot.sport = 32_768 + rng.below(28_232); shot.seq = rng.u32(); shot.ipid = (shot.ipid + 1 + rng.below(40)) & 0xffff;
        push(shot);
      },
    })],
  };
}

/** Sixty hosts of twenty countries, one packet a minute each into the telescopes, on a port that is busy anyway; on and off together. */
export function busyPortSync(stage: Stage, o: { name: string; span: Span; port: number; hosts?: number }): Campaign {
  const hosts = o.hosts ?? 60, key = keyOf(`${o.name}/${stage.seed}`);
  const blocks = stage.sensors.reduce((sum, _s, k) => sum + stage.blocksOf(k).size, 0);
  const onUs = (20 + (mix(key, 1) % 15)) * MINUTE_US, everyUs = onUs + (20 + (mix(key, 2) % 15)) * MINUTE_US;
  return {
    plan: planned({ name: o.name, family: 'sync-group', ports: [`tcp/${o.port}`], span: o.span, hosts, parameters: { hosts, countries: 20, packetsPerMinuteEach: 1, onMinutes: onUs / MINUTE_US, everyMinutes: everyUs / MINUTE_US }, aim: 'these telescopes' }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: TWENTY.map((c) => [c, 1]), churn: false, diurnal: 0, hosts: steady(hosts, o.span.fromUs, o.span.toUs), ratePps: 1 / 60, weight: () => 1 / (BLOCK_SHARE * Math.max(1, blocks)), on: commonPeriods(key, o.span.fromUs, everyUs, onUs), aim: fixedPort(o.port), stack: ordinary })],
  };
}

/** The sweep for a new vulnerability: it comes to each sensor at another time. Delays are ours (15–45 minutes each). */
export function vulnerabilitySweep(stage: Stage, o: { name: string; span: Span; port: number; hosts: number; ratePps?: number; delaysUs?: readonly number[] }): Campaign {
  const rng = stage.rng.fork(o.name), sensors = stage.sensors.map((_, k) => k);
  const order = [...sensors].sort((a, b) => mix3(keyOf(o.name), stage.seed, a) - mix3(keyOf(o.name), stage.seed, b));
  const starts = new Map<number, number>();
  let at = o.span.fromUs;
  order.forEach((sensor, rank) => {
    if (rank > 0) at += o.delaysUs?.[rank - 1] ?? Math.floor((15 + 30 * rng.float()) * MINUTE_US);
    for (const block of stage.blocksOf(sensor)) starts.set(block, at);
  });
  const ratePps = o.ratePps ?? 2_000;
  return {
    plan: planned({ name: o.name, family: 'vulnerability-sweep', ports: [`tcp/${o.port}`], span: o.span, hosts: o.hosts, parameters: { hosts: o.hosts, ratePps, sensorOrder: order.map((k) => stage.sensors[k]?.id ?? '').join(' → '), lastSensorAfterMinutes: Math.round((at - o.span.fromUs) / MINUTE_US) } }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: HOSTING_COUNTRIES, hosting: true, hosts: ramp({ ...o.span, hosts: o.hosts, riseUs: HOUR_US }), ratePps, reachesUs: (block) => starts.get(block) ?? o.span.fromUs, aim: fixedPort(o.port), stack: zmapNew })],
  };
}

/** A campaign against one organisation or sensor: that one gets `share` of all it sends here, the others the rest (Richter and Berger 2019: 30 % of scans are local). */
export function localCampaign(stage: Stage, o: { name: string; span: Span; port: number; hosts: number; sensor: number; share: number; perHour: number }): Campaign {
  const target = stage.blocksOf(o.sensor), others = stage.sensors.reduce((sum, _s, k) => sum + (k === o.sensor ? 0 : stage.blocksOf(k).size), 0);
  const packetsPerSecond = o.perHour / 3_600, inTarget = o.share * packetsPerSecond / Math.max(1, target.size), inOthers = others === 0 ? 0 : (1 - o.share) * packetsPerSecond / others;
  return {
    plan: planned({ name: o.name, family: 'local-target', ports: [`tcp/${o.port}`], span: o.span, hosts: o.hosts, parameters: { hosts: o.hosts, shareRatio: o.share, packetsPerHour: o.perHour }, aim: stage.sensors[o.sensor]?.id ?? '' }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: DEVICE_COUNTRIES, hosts: ramp({ ...o.span, hosts: o.hosts, riseUs: 40 * MINUTE_US }), ratePps: 1 / o.hosts / BLOCK_SHARE, weight: (block) => (target.has(block) ? inTarget : inOthers), aim: fixedPort(o.port), stack: ordinary })],
  };
}

/** Scouts for amplifiers: a few fast hosts that ask the whole Internet on one UDP service (AmpPot: 96 % of attacks have one source; sweep time ours). The attack itself needs honeypots to be seen. */
export function amplifierScouts(stage: Stage, o: { name: string; span: Span; port: number; payload: Payload; hosts: number; sweepUs: number }): Campaign {
  const ratePps = 2 ** 32 / (o.sweepUs / 1e6);
  return {
    plan: planned({ name: o.name, family: 'drdos', ports: [`udp/${o.port}`], span: o.span, hosts: o.hosts, parameters: { hosts: o.hosts, sweepHours: o.sweepUs / HOUR_US } }),
    populations: [strikers({ name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: HOSTING_COUNTRIES, hosting: true, hosts: ramp({ ...o.span, hosts: o.hosts, riseUs: HOUR_US }), ratePps, aim: fixedUdp(o.port, o.payload), stack: udpScanner })],
  };
}

/** The scan of the whole Internet for SIP by three million bots in twelve days, destinations in order of their reversed bytes (Dainotti et al., IMC 2012). */
export function slashZero(stage: Stage, o: { name: string; span: Span }): Campaign {
  const realUs = 12 * DAY_US, spanUs = o.span.toUs - o.span.fromUs, usedUs = Math.min(realUs, spanUs), sources = 3_000_000;
  // Each address is asked 1.2 times in all (20 million packets at a /8).
  const packets = 1.2 * 2 ** 32, span = { fromUs: o.span.fromUs, toUs: o.span.fromUs + usedUs };
  const growth: Growth = steady(sources, span.fromUs, span.toUs);
  return {
    plan: planned({ name: o.name, family: 'sip-scan', ports: ['udp/5060'], span, hosts: sources, parameters: { sources, days: 12, packetsPerAddress: 1.2 }, timeCompression: realUs / usedUs }),
    populations: [strikers({
      name: o.name, kind: 'campaign', campaign: o.name, seed: stage.seed, countries: DEVICE_COUNTRIES, churn: false, hosts: growth, ratePps: packets / sources / (usedUs / 1e6),
      // Reversed bytes: the last octet counts slowest, so a /24 is walked once, in order, over the whole time.
      within: (_host, atUs) => Math.min(255, Math.floor(((atUs - span.fromUs) / usedUs) * 256)),
      aim: fixedUdp(5_060, PAYLOADS.sipRegister), stack: udp,
    })],
  };
}
