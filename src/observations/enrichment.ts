/**
 * Where an address is registered and who routes it: country and AS from packaged open tables.
 *
 * In: an address. Out: country (two letters packed) and AS number, 0 when unknown; names of ASes; what the tables are.
 * Source: `@ip-location-db/geo-whois-asn-country-mmdb` (CC0: registries' WHOIS and AS data) and `@ip-location-db/asn` (CC BY 4.0:
 * Route Views and DB-IP). A country is where the network is *registered*, which is not where its user sits.
 * Shapes: one partition over both tables (`tag/range-map.ts`) whose value k is row k of `countries` and `asns`; row 0 = unknown.
 * AS names: `nameAsns` ascending, name k is UTF-8 `nameBytes[nameEnds[k-1] .. nameEnds[k])`.
 * Cost: 20–60 ns a look-up; about 20 MB, on shared memory, so that workers are handed it without copying.
 * @module
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import { unpackCountry } from '../core/packet-batch.ts';
import { parseAddress } from '../core/address.ts';
import { valueAt, valueOfV4, valueOfV6, type RangeMap } from './tag/range-map.ts';

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
  readonly map: RangeMap;
  readonly countries: Uint16Array;
  readonly asns: Uint32Array;
  readonly nameAsns: Uint32Array;
  readonly nameEnds: Uint32Array;
  readonly nameBytes: Uint8Array;
  readonly about: readonly TableAbout[];
}

/** Row of `countries` and `asns` for address i of a batch's address array. */
export function tableRowAt(tables: Tables, family: 4 | 6, addresses: Uint32Array, i: number): number {
  return valueAt(tables.map, family, addresses, i);
}

/** Fills `country` and `asn` of packets [0, n) from their sources. */
export function enrich(tables: Tables, batch: PacketBatch): void {
  const { countries, asns } = tables;
  for (let i = 0; i < batch.n; i++) {
    const row = valueAt(tables.map, batch.family, batch.src, i);
    batch.country[i] = countries[row] as number;
    batch.asn[i] = asns[row] as number;
  }
}

/** Country ('' unknown), AS number (0) and AS name ('') of an address as text. */
export function locate(tables: Tables, address: string): { readonly country: string; readonly asn: number; readonly asName: string } {
  const parsed = parseAddress(address);
  if (!parsed) return { country: '', asn: 0, asName: '' };
  const row = parsed.family === 4 ? valueOfV4(tables.map.v4, parsed.words[0] ?? 0) : valueOfV6(tables.map.v6, parsed.words, 0);
  const asn = tables.asns[row] ?? 0;
  return { country: unpackCountry(tables.countries[row] ?? 0), asn, asName: asName(tables, asn) };
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
