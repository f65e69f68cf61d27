/**
 * An ordinary day of the Internet as a telescope sees it: what every scenario stands in front of.
 *
 * Level: one packet per address in 13 s at intensity 1 (NICTER 2024); 0.217 gives the 1.07 a minute of 2017. Shares of the
 * whole (NICTER 2024: surveys above half in some years, three in ten aimed at devices; ours): surveys 40 %, device botnets
 * 18 %, scanning tools 21 %, ordinary stacks 14 %, UDP 4 %, backscatter 4 %, misconfiguration 2 %; the rest strikes any port.
 * Rates of hosts are heavy-tailed with α = 2 within 1.5–2.5 (Kepner et al. 2022).
 * @module
 */
import { HOUR_US, DAY_US, MINUTE_US } from '../core/time.ts';
import { backscatter } from './backscatter.ts';
import { mix, unit, weighted } from './chance.ts';
import type { Population, ResearchBlock } from './contract.ts';
import { DEVICE_COUNTRIES, HOSTING_COUNTRIES, type CountryMix } from './hosts.ts';
import { misconfiguration } from './misconfiguration.ts';
import { PAYLOADS, type Payload } from './payloads.ts';
import { retransmit, strikers, type Aim } from './population.ts';
import { survey, type SurveyPlan } from './sweep.ts';
import { embedded, linux, masscanNew, masscanOld, mirai, nmap, ordinary, udpScanner, windows, zmapNew, zmapOld, unicornscan } from './stacks.ts';

/** Packets a second that a /24 gets at intensity 1. */
export const LEVEL_PPS = 256 / 13;

/** Share of each part (see the module header); they sum to 1. */
export const SHARES = Object.freeze({
  surveys: 0.40, devices: 0.17, zmapNew: 0.06, zmapOld: 0.02, masscanNew: 0.05, masscanOld: 0.03, nmap: 0.01, unicornscan: 0.002,
  brute: 0.13, udp: 0.04, anyPort: 0.028, backscatter: 0.04, misconfiguration: 0.02,
});

const TAIL = Object.freeze({ alpha: 2, delta: 3 });
/** Devices and home computers have no giants among them: the head is flat for the first few hundred. */
const FLAT_TAIL = Object.freeze({ alpha: 2, delta: 200 });

/** Ports by weight for everybody alike. */
export function atPorts(entries: readonly (readonly [number, number])[]): Aim {
  const ports = weighted(entries);
  return (shot, _host, rng) => { shot.dport = ports.at(rng.float()); };
}

/** Each host keeps to a few ports of the mixture: the rest of a scanner's day is one service. */
function fewPortsEach(entries: readonly (readonly [number, number])[], each: number): Aim {
  const ports = weighted(entries);
  return (shot, host, rng) => { shot.dport = ports.at(unit(mix(host, 101 + rng.below(each)))); };
}

/** UDP services with their payloads. */
export function atUdp(entries: readonly (readonly [readonly [number, Payload], number])[]): Aim {
  const services = weighted(entries);
  return (shot, _host, rng) => {
    const [port, payload] = services.at(rng.float());
    shot.dport = port;
    shot.payload = payload(rng);
  };
}

/** Ports that descendants of Mirai strike, by weight: 23 and 2323 first, then the web and device ports (NICTER, Netlab). */
export const DEVICE_PORTS: readonly (readonly [number, number])[] = [
  [23, 63], [2323, 7], [5555, 5], [8080, 5], [80, 5], [81, 3], [37215, 2.5], [52869, 1.5], [7547, 1.5], [8443, 1.5], [60023, 1], [26, 1], [9530, 1], [8081, 1], [34567, 1],
];
const WEB_PORTS: readonly (readonly [number, number])[] = [
  [80, 16], [443, 16], [8080, 10], [22, 10], [8443, 5], [3389, 6], [5900, 3], [6379, 4], [2375, 3], [2376, 1], [9200, 3], [27017, 2], [21, 3], [25, 2], [110, 1], [3306, 3],
  [5432, 2], [1433, 3], [11211, 1], [8000, 3], [8888, 3], [9000, 2], [7001, 2], [8291, 1], [5985, 1], [10250, 1], [6443, 1], [502, 0.5], [102, 0.3], [179, 0.3], [5038, 0.4],
];
const BRUTE_PORTS: readonly (readonly [number, number])[] = [[22, 28], [445, 26], [3389, 12], [1433, 9], [5900, 4], [3306, 4], [23, 6], [6379, 4], [8728, 2], [25, 2], [1723, 1], [5432, 2]];
/** Where file-sharing worms of Windows still live. */
const WINDOWS_COUNTRIES: CountryMix = [['VN', 10], ['IN', 10], ['ID', 9], ['RU', 9], ['CN', 9], ['BR', 8], ['TW', 6], ['TH', 5], ['VE', 5], ['TR', 4], ['US', 4], ['EG', 3], ['PK', 3], ['PH', 3], ['UA', 3], ['MX', 3], ['JP', 2], ['DZ', 2], ['BD', 2]];

/** Twelve invented survey organisations, from all ports to a handful; one in four is on no list. */
const SURVEYS: readonly Omit<SurveyPlan, 'seed' | 'roundUs'>[] = [
  { name: 'Akebono Census', country: 'US', sources: 24, ports: 'all', stack: zmapNew, listed: true },
  { name: 'Birch Internet Map', country: 'NL', sources: 16, ports: 'all', stack: masscanNew, listed: true },
  { name: 'Cobalt Exposure Index', country: 'US', sources: 32, ports: 'all', stack: zmapNew, listed: false },
  { name: 'Delta University', country: 'DE', sources: 2, ports: [443, 80, 22, 25, 21, 8443, 993, 995, 110, 143], stack: zmapNew, listed: true },
  { name: 'Enoki Research', country: 'JP', sources: 4, ports: [23, 2323, 80, 8080, 81, 5555, 7547, 37215, 52869, 60001, 8443, 49152], stack: zmapOld, listed: true },
  { name: 'Fjord Security', country: 'NO', sources: 6, ports: portsFrom(701, 120), stack: zmapNew, listed: true },
  { name: 'Ginkgo Scan', country: 'CN', sources: 12, ports: portsFrom(702, 300), stack: masscanNew, listed: false },
  { name: 'Harbour Observatory', country: 'GB', sources: 8, ports: portsFrom(703, 600), stack: zmapNew, listed: true },
  { name: 'Iris Foundation', country: 'US', sources: 20, ports: portsFrom(704, 150), stack: zmapOld, listed: true },
  { name: 'Juniper Metrics', country: 'FR', sources: 3, ports: [502, 102, 47808, 20000, 44818, 1911, 4911, 9600, 2404, 789], stack: zmapNew, listed: true },
  { name: 'Kestrel Ratings', country: 'CA', sources: 10, ports: portsFrom(705, 90), stack: linux, listed: false },
  { name: 'Linden Institute', country: 'SE', sources: 1, ports: [853, 443, 5683, 8883, 1883, 5671], stack: zmapNew, listed: true },
];
/** Passes an hour of each, in proportion; scaled so that surveys have their share. */
const PASSES: readonly number[] = [34, 22, 18, 1.2, 1.5, 6, 10, 12, 7, 0.8, 4, 0.5];

/** A fixed list of well-known and less-known ports. */
function portsFrom(key: number, count: number): number[] {
  const ports = new Set<number>([80, 443, 22]);
  for (let i = 0; ports.size < count; i++) ports.add(1 + (i % 3 === 0 ? mix(key, i) % 1_024 : mix(key, i) % 49_151));
  return [...ports];
}

/** Everything that is there on a calm day. */
export function background(seed: number, intensity: number): { populations: Population[]; research: ResearchBlock[] } {
  const level = LEVEL_PPS * intensity;
  // A host's rate over the whole space, such that all hosts together give a /24 its share.
  const each = (share: number, hosts: number) => (level * share) / hosts * (2 ** 32 / 256);
  const passesWanted = (level * SHARES.surveys * 3_600) / 256, passesPlanned = PASSES.reduce((a, b) => a + b, 0);
  const surveys = SURVEYS.map((plan, i) => survey({
    ...plan, seed,
    roundUs: (plan.ports === 'all' ? 65_535 : plan.ports.length) * HOUR_US / ((PASSES[i] as number) * passesWanted / passesPlanned),
  }));
  const noise = { kind: 'background' as const, seed, tail: TAIL };
  return {
    research: surveys.map((s) => s.block),
    populations: [
      ...surveys.map((s) => s.population),
      strikers({ ...noise, tail: FLAT_TAIL, name: 'device botnets', countries: DEVICE_COUNTRIES, hosts: 150_000, ratePps: each(SHARES.devices * 0.8, 150_000), aim: atPorts(DEVICE_PORTS), stack: mirai }),
      strikers({ ...noise, tail: FLAT_TAIL, name: 'device botnets, other stack', countries: DEVICE_COUNTRIES, hosts: 60_000, ratePps: each(SHARES.devices * 0.2 / 2, 60_000), aim: atPorts(DEVICE_PORTS), stack: embedded, follow: retransmit(1) }),
      strikers({ ...noise, name: 'zmap users', countries: HOSTING_COUNTRIES, hosting: true, hosts: 900, ratePps: each(SHARES.zmapNew, 900), aim: fewPortsEach(WEB_PORTS, 2), stack: zmapNew }),
      strikers({ ...noise, name: 'old zmap users', countries: HOSTING_COUNTRIES, hosting: true, hosts: 300, ratePps: each(SHARES.zmapOld, 300), aim: fewPortsEach(WEB_PORTS, 2), stack: zmapOld }),
      strikers({ ...noise, name: 'masscan users', countries: HOSTING_COUNTRIES, hosting: true, hosts: 700, ratePps: each(SHARES.masscanNew, 700), aim: fewPortsEach(WEB_PORTS, 4), stack: masscanNew }),
      strikers({ ...noise, name: 'old masscan users', countries: HOSTING_COUNTRIES, hosting: true, hosts: 400, ratePps: each(SHARES.masscanOld, 400), aim: fewPortsEach(WEB_PORTS, 3), stack: masscanOld }),
      strikers({ ...noise, name: 'nmap users', countries: HOSTING_COUNTRIES, hosts: 400, ratePps: each(SHARES.nmap, 400), aim: atPorts(WEB_PORTS), stack: nmap }),
      strikers({ ...noise, name: 'unicornscan users', countries: HOSTING_COUNTRIES, hosts: 20, ratePps: each(SHARES.unicornscan, 20), aim: atPorts(WEB_PORTS), stack: unicornscan }),
      // Three packets a strike: the first and two repeats.
      strikers({ ...noise, tail: FLAT_TAIL, name: 'password guessers', countries: HOSTING_COUNTRIES, hosts: 20_000, ratePps: each(SHARES.brute * 0.5 / 3, 20_000), aim: fewPortsEach(BRUTE_PORTS, 1), stack: ordinary, follow: retransmit(2) }),
      strikers({ ...noise, tail: FLAT_TAIL, name: 'windows worms', countries: WINDOWS_COUNTRIES, hosts: 80_000, ratePps: each(SHARES.brute * 0.5 / 3, 80_000), aim: atPorts([[445, 80], [139, 4], [1433, 8], [3389, 8]]), stack: windows, follow: retransmit(2) }),
      strikers({
        ...noise, name: 'udp scouts', countries: HOSTING_COUNTRIES, hosting: true, hosts: 900, ratePps: each(SHARES.udp, 900), stack: udpScanner,
        aim: atUdp([[[53, PAYLOADS.dnsAny], 14], [[123, PAYLOADS.ntpMonlist], 14], [[1900, PAYLOADS.ssdpSearch], 14], [[5060, PAYLOADS.sipOptions], 20], [[161, PAYLOADS.snmpGet], 12], [[11211, PAYLOADS.memcachedStats], 6], [[389, PAYLOADS.cldapSearch], 8], [[19, PAYLOADS.chargen], 3], [[3702, PAYLOADS.wsDiscovery], 4], [[5683, PAYLOADS.coapWellKnown], 4], [[53413, PAYLOADS.netisGreeting], 1]]),
      }),
      strikers({ ...noise, name: 'any port', countries: HOSTING_COUNTRIES, hosting: true, hosts: 120, ratePps: each(SHARES.anyPort, 120), stack: masscanNew, aim: (shot, _host, rng) => { shot.dport = 1 + rng.below(65_535); } }),
      // Sixty attacks an hour, of 442,000 replies a second and 18 minutes on average, would be about 0.5 packets a second for a /24.
      backscatter({ name: 'backscatter', seed, perHour: 60 * intensity * (SHARES.backscatter * LEVEL_PPS) / BACKSCATTER_AT_60 }),
      misconfiguration({ seed, ratePps: level * SHARES.misconfiguration }),
    ],
  };
}

/** Replies a second that a /24 gets at sixty attacks an hour (mean of the cut log-normals; `background.test.ts` measures it). */
const BACKSCATTER_AT_60 = 0.40;

/** A survey that starts in the middle of the run, fast and from many addresses: must not alert. */
export function newSurvey(seed: number, fromUs: number, port: number): ReturnType<typeof survey> {
  return survey({ name: 'Momiji Project', seed, kind: 'burst', country: 'US', sources: 60, ports: [port], roundUs: DAY_US, passUs: 50 * MINUTE_US, stack: zmapNew, listed: true, fromUs });
}
