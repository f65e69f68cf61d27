/**
 * Where an address is registered and who routes it: country and AS from packaged open tables.
 *
 * In: an address. Out: country (two letters packed) and AS number, 0 when unknown; names of ASes; what the tables are.
 * Source: `@ip-location-db/geo-whois-asn-country-mmdb` (CC0: registries' WHOIS and AS data) and `@ip-location-db/asn` (CC BY 4.0:
 * Route Views and DB-IP). A country is where the network is *registered*, which is not where its user sits.
 * Shapes: one partition a family over both tables (`tag/range-map.ts`) whose values are AS numbers; `countries` runs parallel to them.
 * AS names: `nameAsns` ascending, name k is UTF-8 `nameBytes[nameEnds[k-1] .. nameEnds[k])`.
 * Cost: 20–100 ns a look-up, as the caches allow; about 24 MB, on shared memory, so that workers are handed it without copying.
 * @module
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import { unpackCountry } from '../core/packet-batch.ts';
import { parseAddress } from '../core/address.ts';
import { rangeOfV4, rangeOfV6, type RangeMap } from './tag/range-map.ts';

/** What a table is, for the portal's footer and the docs. */
export interface TableAbout {
  readonly name: string;
  readonly version: string;
  /** ISO date on which its publisher built it. */
  readonly built: string;
  readonly licence: string;
  /** Credit line the licence asks for; '' when none. */
  readonly credit: string;
  readonly ranges: number;
}

/** Plain data: may be posted to worker threads. */
export interface Tables {
  /** Values are AS numbers, 0 unknown. */
  readonly map: RangeMap;
  /** Country of range k, parallel to `map.v4.values` and `map.v6.values`; 0 unknown. */
  readonly countries: { readonly v4: Uint16Array; readonly v6: Uint16Array };
  readonly nameAsns: Uint32Array;
  readonly nameEnds: Uint32Array;
  readonly nameBytes: Uint8Array;
  readonly about: readonly TableAbout[];
}

/** Fills `country` and `asn` of packets [0, n) from their sources. */
export function enrich(tables: Tables, batch: PacketBatch): void {
  const part = batch.family === 4 ? tables.map.v4 : tables.map.v6, countries = batch.family === 4 ? tables.countries.v4 : tables.countries.v6;
  for (let i = 0; i < batch.n; i++) {
    const range = batch.family === 4 ? rangeOfV4(part, batch.src[i] as number) : rangeOfV6(part, batch.src, 4 * i);
    batch.country[i] = countries[range] as number;
    batch.asn[i] = part.values[range] as number;
  }
}

/** Country ('' unknown), AS number (0) and AS name ('') of an address as text. */
export function locate(tables: Tables, address: string): { readonly country: string; readonly asn: number; readonly asName: string } {
  const parsed = parseAddress(address);
  if (!parsed) return { country: '', asn: 0, asName: '' };
  const part = parsed.family === 4 ? tables.map.v4 : tables.map.v6;
  const range = parsed.family === 4 ? rangeOfV4(part, parsed.words[0] ?? 0) : rangeOfV6(part, parsed.words, 0);
  const asn = part.values[range] ?? 0;
  return { country: unpackCountry((parsed.family === 4 ? tables.countries.v4 : tables.countries.v6)[range] ?? 0), asn, asName: asName(tables, asn) };
}

/** Name of an AS, '' when unknown. */
export function asName(tables: Tables, asn: number): string {
  const { nameAsns, nameEnds, nameBytes } = tables;
  let low = 0, high = nameAsns.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1, found = nameAsns[middle] as number;
    if (found === asn) return Buffer.from(nameBytes.slice(middle === 0 ? 0 : nameEnds[middle - 1], nameEnds[middle])).toString('utf8');
    if (found < asn) low = middle + 1;
    else high = middle - 1;
  }
  return '';
}
