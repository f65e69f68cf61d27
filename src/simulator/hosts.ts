/**
 * Who host i of a population is: country, address at a time, distance. All of it is a hash, nothing is stored.
 *
 * Address churn: leases of one hour, one day (forced), seven days, or none, each with its own phase; some hosts share one
 * address behind a carrier's NAT. Source of the mixture: Rajab et al., "My Botnet is Bigger than Yours", HotBots 2007
 * (raw addresses overcount up to 16 times); the shares are ours.
 * Diurnal rhythm: 1 + a·cos, highest at 20:00 local time, homes at weekends a tenth more (Dagon et al., NDSS 2006; amplitude ours).
 * Cost: O(1) a question.
 * @module
 */
import { parseCidr } from '../core/address.ts';
import { DAY_US, HOUR_US } from '../core/time.ts';
import { mix, mix3, unit, weighted, type Weighted } from './chance.ts';
import { PLACES, type Country, type Place } from './places.catalogue.ts';

/** Countries and their weights. */
export type CountryMix = readonly (readonly [Country, number])[];

/** Where unpatched devices are: the usual head of Mirai's source countries (Antonakakis et al., 2017, table 6), rounded. */
export const DEVICE_COUNTRIES: CountryMix = [
  ['CN', 14], ['BR', 11], ['IN', 10], ['VN', 8], ['RU', 7], ['TW', 5], ['KR', 5], ['EG', 5], ['TR', 4], ['ID', 4], ['TH', 4], ['IR', 4], ['MX', 4],
  ['US', 4], ['AR', 2], ['CO', 2], ['UA', 2], ['PK', 2], ['BD', 2], ['PH', 2], ['MY', 1], ['IT', 1], ['ES', 1], ['RO', 1], ['GR', 1], ['JP', 1], ['ZA', 1], ['DZ', 1], ['TN', 1],
];
/** Rented servers: where scanners are run from. */
export const HOSTING_COUNTRIES: CountryMix = [['US', 34], ['NL', 16], ['DE', 10], ['CN', 9], ['GB', 6], ['FR', 6], ['SG', 6], ['HK', 5], ['JP', 3], ['CA', 2], ['IN', 2], ['BR', 1]];

interface Pool { readonly bases: Uint32Array; readonly sizes: Uint32Array }

function poolOf(text: string): Pool {
  const nets = text.split(' ').map((word) => {
    const cidr = parseCidr(word.includes('/') ? word : `${word}.0.0/16`);
    if (!cidr) throw new RangeError(`'${word}' in the catalogue of places is not a network`);
    return cidr;
  });
  return { bases: Uint32Array.from(nets, (c) => c.words[0] ?? 0), sizes: Uint32Array.from(nets, (c) => 2 ** (32 - c.prefix)) };
}

/** Pools by country: homes, and hosting where there is some; made when first asked for. */
const pools = { homes: new Map<Country, Pool>(), hosting: new Map<Country, Pool>() };
function pool(country: Country, hosting: boolean): Pool {
  const known = hosting ? pools.hosting : pools.homes;
  let found = known.get(country);
  if (!found) {
    const place: Place = PLACES[country];
    found = poolOf(hosting ? place.hosting ?? place.homes : place.homes);
    known.set(country, found);
  }
  return found;
}

/** Networks of a country as words and sizes, for the test that holds the catalogue to the table. */
export function networksOf(country: Country): readonly { base: number; size: number; hosting: boolean }[] {
  const place: Place = PLACES[country];
  return (place.hosting === undefined ? [false] : [false, true]).flatMap((hosting) => {
    const { bases, sizes } = pool(country, hosting);
    return Array.from(bases, (base, i) => ({ base, size: sizes[i] as number, hosting }));
  });
}

/** An address of a country by a hash; last octet 1–254 (others are on lists of likely forged sources). */
export function addressIn(country: Country, hosting: boolean, hash: number): number {
  const { bases, sizes } = pool(country, hosting);
  const net = mix(hash, 1) % bases.length;
  const inside = mix(hash, 2) % (sizes[net] as number);
  const octet = 1 + ((inside & 255) % 254);
  return ((bases[net] as number) + (inside & ~255) + octet) >>> 0;
}

/** A population's hosts; see {@link makeHosts}. */
export interface Hosts {
  readonly key: number;
  country(host: number): Country;
  address(host: number, atUs: number): number;
  /** Routers between it and a /24: 6–22, a little different for each /24. */
  hops(host: number, block: number): number;
  /** Chance to be up now against its best hour, 0–1. */
  awake(host: number, atUs: number): number;
  /** Mean of `awake` over a day. */
  readonly awakeMean: number;
}

export interface HostsPlan {
  readonly key: number;
  readonly countries: CountryMix;
  /** Rented servers: fixed addresses, no rhythm. */
  readonly hosting?: boolean;
  /** Whether addresses change; default: unless `hosting`. */
  readonly churn?: boolean;
  /** Amplitude of the daily rhythm, 0–1; default 0.35 for homes, 0 for hosting. */
  readonly diurnal?: number;
}

const LEASES_US = weighted<number>([[HOUR_US, 10], [DAY_US, 30], [7 * DAY_US, 30], [Infinity, 30]]);
/** One host in so many sits behind a carrier's NAT with seven others. */
const NAT_EVERY = 10;

export function makeHosts(plan: HostsPlan): Hosts {
  const countries: Weighted<Country> = weighted(plan.countries);
  const hosting = plan.hosting === true, churn = plan.churn ?? !hosting;
  const amplitude = plan.diurnal ?? (hosting ? 0 : 0.35);
  const country = (host: number) => countries.at(unit(mix3(plan.key, host, 11)));
  return {
    key: plan.key,
    country,
    address(host, atUs) {
      let identity = mix3(plan.key, host, 23);
      if (churn) {
        if (identity % NAT_EVERY === 0) return addressIn(country(host), hosting, mix3(plan.key, host >>> 3, 29));
        const leaseUs = LEASES_US.at(unit(mix(identity, 31)));
        if (leaseUs !== Infinity) identity = mix3(identity, Math.floor(atUs / leaseUs + unit(mix(identity, 37))), 41);
      }
      return addressIn(country(host), hosting, identity);
    },
    hops: (host, block) => 6 + (mix3(plan.key, host, 43) % 14) + (mix3(plan.key ^ block, host, 47) % 3),
    awake(host, atUs) {
      if (amplitude === 0) return 1;
      const localUs = atUs + PLACES[country(host)].hoursFromUtc * HOUR_US;
      const hour = (localUs % DAY_US) / HOUR_US;
      const weekday = (Math.floor(localUs / DAY_US) + 4) % 7;
      const weekend = weekday === 0 || weekday === 6 ? 1 : 0.9;
      return weekend * (1 + amplitude * Math.cos((2 * Math.PI * (hour - 20)) / 24)) / (1 + amplitude);
    },
    awakeMean: amplitude === 0 ? 1 : (0.9 * 5 + 2) / 7 / (1 + amplitude),
  };
}
