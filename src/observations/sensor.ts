/**
 * The telescope model: a sensor has an organisation, regions, a time zone, a country and an observation calendar.
 *
 * Regions are the networks it watches. Larger ones are split into /24s (IPv4) and /64s (IPv6) so that equal sizes are
 * compared; smaller ones stay as they are. The calendar's gaps are known, so silence and outage differ.
 * @module
 */
import { cidrContains, formatCidr, formatV4, formatV6, type Cidr } from '../core/address.ts';
import { NO_REGION, type PacketBatch } from '../core/packet-batch.ts';
import type { OrgId, SensorId } from '../core/ids.ts';
import type { Range } from './contract.ts';

/** A known gap in observation. */
export interface Gap extends Range { readonly reason: string }

export interface Sensor {
  readonly id: SensorId;
  readonly org: OrgId;
  /** Short name, unique within the organisation. */
  readonly name: string;
  /** Configured networks, at most 65,535; empty when not known. */
  readonly regions: readonly Cidr[];
  /** IANA time zone of naive log times; default UTC. */
  readonly zone: string;
  /** ISO 3166 two letters, '' unknown. */
  readonly country: string;
  readonly simulated: boolean;
  readonly gaps: readonly Gap[];
}

/** Addresses watched: the union is not computed, regions are expected to be disjoint. IPv6 counts /64s. 0 = unknown. */
export function addressesWatched(sensor: Sensor): number {
  let total = 0;
  for (const region of sensor.regions) total += region.family === 4 ? 2 ** (32 - region.prefix) : 2 ** Math.max(0, 64 - region.prefix);
  return total;
}

/** Index of the first configured region that holds packet i's destination, or NO_REGION. */
export function regionIndexOf(regions: readonly Cidr[], batch: PacketBatch, i: number): number {
  const at = batch.family === 4 ? i : 4 * i;
  for (let r = 0; r < regions.length; r++) {
    const region = regions[r] as Cidr;
    if (region.family === batch.family && cidrContains(region, batch.dst, at)) return r;
  }
  return NO_REGION;
}

/** Name of the region that a destination lies in, split to /24 or /64: `198.51.100.0/24`; 'none' outside every region. */
export function regionName(regions: readonly Cidr[], family: 4 | 6, dst: ArrayLike<number>, at: number, index: number): string {
  const region = regions[index];
  if (index === NO_REGION || !region) return 'none';
  if (family === 4) return region.prefix >= 24 ? formatCidr(region) : `${formatV4(((dst[at] ?? 0) & 0xffffff00) >>> 0)}/24`;
  if (region.prefix >= 64) return formatCidr(region);
  return `${formatV6([dst[at] ?? 0, dst[at + 1] ?? 0, 0, 0])}/64`;
}

/** Every split region of a sensor (/24s and /64s), at most `limit` names. */
export function splitRegions(regions: readonly Cidr[], limit = 65_536): string[] {
  const names: string[] = [];
  for (const region of regions) {
    const unit = region.family === 4 ? 24 : 64;
    if (region.prefix >= unit) { names.push(formatCidr(region)); continue; }
    const count = Math.min(2 ** (unit - region.prefix), limit - names.length);
    for (let k = 0; k < count; k++) {
      if (region.family === 4) names.push(`${formatV4(((region.words[0] ?? 0) + k * 256) >>> 0)}/24`);
      else {
        const low = (region.words[1] ?? 0) + k;
        names.push(`${formatV6([((region.words[0] ?? 0) + Math.floor(low / 2 ** 32)) >>> 0, low >>> 0, 0, 0])}/64`);
      }
    }
    if (names.length >= limit) break;
  }
  return names;
}

/** Share of [fromUs, toUs) that no gap covers, 0–1. Gaps may overlap. */
export function observedRatio(gaps: readonly Gap[], range: Range): number {
  let missing = 0, end = range.fromUs;
  for (const gap of [...gaps].sort((a, b) => a.fromUs - b.fromUs)) {
    const from = Math.max(end, gap.fromUs), to = Math.min(range.toUs, gap.toUs);
    if (to > from) { missing += to - from; end = to; }
  }
  const length = range.toUs - range.fromUs;
  return length <= 0 ? 1 : 1 - missing / length;
}
