/**
 * Loads the enrichment tables: from the compiled cache, or from the installed packages (and then writes the cache).
 *
 * In: node_modules/@ip-location-db/. Out: {@link Tables}. The cache is `.cache/enrichment-<versions>.bin` in the clone: magic,
 * length of a JSON head, head, then the arrays; it is written beside and renamed, and rebuilt whenever it does not fit.
 * Source of the layout read here: MaxMind DB file format 2.0 ("Binary Search Tree Section"); values are decoded by `maxmind`.
 * Cost: compiling takes about two seconds once an installation, loading some 15 ms.
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Reader, type CountryResponse } from 'maxmind';
import { packCountry } from '../core/packet-batch.ts';
import { parseAddress, formatV4, formatV6 } from '../core/address.ts';
import { shipped } from '../core/root.ts';
import { partitionOf, sharedU32, type Partition } from './tag/range-map.ts';
import type { TableAbout, Tables } from './enrichment.ts';

const MAGIC = 'noroshi-enrichment-3\n';
const require = createRequire(import.meta.url);
let loaded: Tables | null = null;

/** The tables; loaded once a thread. Workers should rather be handed the main thread's (they lie on shared memory). */
export function loadTables(): Tables {
  loaded ??= load();
  return loaded;
}

interface Package { readonly folder: string; readonly version: string }

function packageOf(name: string): Package {
  const path = require.resolve(`${name}/package.json`);
  return { folder: dirname(path), version: String((JSON.parse(readFileSync(path, 'utf8')) as { version: unknown }).version) };
}

function load(): Tables {
  const country = packageOf('@ip-location-db/geo-whois-asn-country-mmdb'), asn = packageOf('@ip-location-db/asn');
  const path = join(shipped('.cache'), `enrichment-${country.version}-${asn.version}.bin`);
  if (existsSync(path)) {
    const tables = decodeTables(readFileSync(path));
    if (tables) return tables;
  }
  const tables = compileTables(country, asn);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, encodeTables(tables));
    renameSync(`${path}.${process.pid}`, path);
  } catch (error) {
    // A read-only installation compiles at each start; anything else is a fault worth hearing of.
    if (!['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return tables;
}

/** Ascending, disjoint ranges of one family with a value; `last` is inclusive. */
interface Ranges { readonly words: 1 | 4; readonly first: number[]; readonly last: number[]; readonly values: number[] }

/** The dates in the packages' versions, `2.3.YYYYMMDDnn`. */
function builtOn(version: string): string {
  const match = /\.(\d{4})(\d{2})(\d{2})\d*$/.exec(version);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : '';
}

/** Compiles the tables from the packages. */
function compileTables(country: Package, asn: Package): Tables {
  const names = new Map<number, string>();
  const country4 = readCountries(join(country.folder, 'geo-whois-asn-country-ipv4.mmdb'), 1);
  const country6 = readCountries(join(country.folder, 'geo-whois-asn-country-ipv6.mmdb'), 4);
  const asn4 = readAsns(join(asn.folder, 'asn-ipv4-num.csv'), 1, names);
  const asn6 = readAsns(join(asn.folder, 'asn-ipv6.csv'), 4, names);
  const v4 = overlay(country4, asn4), v6 = overlay(country6, asn6);
  const asns = [...names.keys()].sort((a, b) => a - b);
  const encoded = asns.map((number) => Buffer.from(names.get(number) ?? '', 'utf8'));
  const nameBytes = new Uint8Array(new SharedArrayBuffer(encoded.reduce((sum, b) => sum + b.length, 0)));
  const nameEnds = sharedU32(asns.length);
  let end = 0;
  encoded.forEach((bytes, k) => { nameBytes.set(bytes, end); end += bytes.length; nameEnds[k] = end; });
  const about: TableAbout[] = [
    { name: '@ip-location-db/geo-whois-asn-country-mmdb', version: country.version, built: builtOn(country.version), licence: 'CC0-1.0', credit: '', ranges: country4.values.length + country6.values.length },
    { name: '@ip-location-db/asn', version: asn.version, built: builtOn(asn.version), licence: 'CC-BY-4.0', credit: 'Route Views (routeviews.org), IP Geolocation by DB-IP (db-ip.com)', ranges: asn4.values.length + asn6.values.length },
  ];
  return { map: { v4: v4.partition, v6: v6.partition }, countries: { v4: v4.countries, v6: v6.countries }, nameAsns: sharedU32(asns), nameEnds, nameBytes, about };
}

/** Walks an MMDB search tree in address order. */
function readCountries(path: string, words: 1 | 4): Ranges {
  const file = readFileSync(path);
  const reader = new Reader<CountryResponse>(file);
  const { nodeCount, recordSize, ipVersion } = reader.metadata;
  if (recordSize !== 24 || ipVersion !== (words === 1 ? 4 : 6)) throw new RangeError(`${path}: expected ${recordSize}-bit records of IPv${ipVersion} to be 24-bit ones of IPv${words === 1 ? 4 : 6}`);
  const out: Ranges = { words, first: [], last: [], values: [] };
  const codes = new Map<number, number>();
  const prefix = new Uint32Array(words), bits = 32 * words;
  const codeOf = (record: number): number => {
    let code = codes.get(record);
    if (code === undefined) {
      const found = reader.get(words === 1 ? formatV4(prefix[0] ?? 0) : formatV6(prefix)) as { country_code?: string } | null;
      code = packCountry(found?.country_code ?? '');
      codes.set(record, code);
    }
    return code;
  };
  const walk = (record: number, depth: number): void => {
    if (record === nodeCount) return;
    if (record > nodeCount) {
      const code = codeOf(record);
      if (code === 0) return;
      const n = out.values.length;
      let joins = n > 0 && out.values[n - 1] === code, carry = 1;
      for (let w = words - 1; joins && w >= 0; w--) {
        const sum = (out.last[(n - 1) * words + w] as number) + carry;
        carry = sum > 0xffffffff ? 1 : 0;
        joins = (sum >>> 0) === prefix[w];
      }
      for (let w = 0; w < words; w++) {
        const known = Math.min(32, Math.max(0, depth - 32 * w));
        const last = known === 32 ? (prefix[w] as number) : ((prefix[w] as number) | (0xffffffff >>> known)) >>> 0;
        if (joins) out.last[(n - 1) * words + w] = last;
        else { out.first.push(prefix[w] as number); out.last.push(last); }
      }
      if (!joins) out.values.push(code);
      return;
    }
    if (depth >= bits) throw new RangeError(`${path}: the tree is deeper than its addresses`);
    const at = record * 6, word = depth >>> 5, bit = 1 << (31 - (depth & 31));
    walk(file.readUIntBE(at, 3), depth + 1);
    prefix[word] = (prefix[word] as number) | bit;
    walk(file.readUIntBE(at + 3, 3), depth + 1);
    prefix[word] = (prefix[word] as number) & ~bit;
  };
  walk(0, 0);
  return out;
}

/** Lines `first,last,asn,name` (name quoted if it holds a comma); IPv4 as numbers, IPv6 as text. Ascending. */
function readAsns(path: string, words: 1 | 4, names: Map<number, string>): Ranges {
  const out: Ranges = { words, first: [], last: [], values: [] };
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const a = line.indexOf(','), b = line.indexOf(',', a + 1), c = line.indexOf(',', b + 1);
    const asn = Number(line.slice(b + 1, c));
    if (a < 0 || b < 0 || c < 0 || !Number.isInteger(asn)) throw new RangeError(`${path}: '${line.slice(0, 80)}' is not first,last,asn,name`);
    if (words === 1) { out.first.push(Number(line.slice(0, a))); out.last.push(Number(line.slice(a + 1, b))); }
    else {
      const first = parseAddress(line.slice(0, a)), last = parseAddress(line.slice(a + 1, b));
      if (first?.family !== 6 || last?.family !== 6) continue; // v4-mapped rows are in the IPv4 table
      for (let w = 0; w < 4; w++) { out.first.push(first.words[w] as number); out.last.push(last.words[w] as number); }
    }
    out.values.push(asn);
    if (!names.has(asn)) {
      const name = line.slice(c + 1);
      names.set(asn, name.startsWith('"') ? name.slice(1, name.lastIndexOf('"')).replaceAll('""', '"') : name);
    }
  }
  return out;
}

/** One partition over both tables: its values are those of `asns`, beside them the country of each range. */
function overlay(countries: Ranges, asns: Ranges): { readonly partition: Partition; readonly countries: Uint16Array } {
  const words = countries.words, starts: number[] = [], values: number[] = [], codes: number[] = [];
  const compare = (x: ArrayLike<number>, i: number, y: ArrayLike<number>, j: number): number => {
    for (let w = 0; w < words; w++) { const d = (x[i + w] as number) - (y[j + w] as number); if (d !== 0) return d; }
    return 0;
  };
  /** Points where a table's value changes: start → value, address after its end → 0. */
  const edges = (t: Ranges): { at: number[]; value: number[] } => {
    const at: number[] = [], value: number[] = [], after = new Array<number>(words).fill(0);
    for (let k = 0; k < t.values.length; k++) {
      const n = value.length;
      if (n > 0 && compare(at, (n - 1) * words, t.first, k * words) === 0) value[n - 1] = t.values[k] as number;
      else { for (let w = 0; w < words; w++) at.push(t.first[k * words + w] as number); value.push(t.values[k] as number); }
      let carry = 1;
      for (let w = words - 1; w >= 0; w--) { const sum = (t.last[k * words + w] as number) + carry; after[w] = sum >>> 0; carry = sum > 0xffffffff ? 1 : 0; }
      if (carry === 0) { at.push(...after); value.push(0); }
    }
    return { at, value };
  };
  const ea = edges(countries), eb = edges(asns);
  let i = 0, j = 0, va = 0, vb = 0;
  const zero = new Array<number>(words).fill(0);
  const emit = (at: ArrayLike<number>, from: number) => {
    const n = values.length;
    if (n > 0 && values[n - 1] === vb && codes[n - 1] === va) return;
    for (let w = 0; w < words; w++) starts.push(at[from + w] as number);
    values.push(vb);
    codes.push(va);
  };
  const first = Math.min(ea.value.length, eb.value.length) === 0 ? 1 : Math.min(compare(ea.at, 0, zero, 0), compare(eb.at, 0, zero, 0));
  if (first > 0) emit(zero, 0);
  while (i < ea.value.length || j < eb.value.length) {
    const order = i >= ea.value.length ? 1 : j >= eb.value.length ? -1 : compare(ea.at, i * words, eb.at, j * words);
    const at = order <= 0 ? ea.at : eb.at, from = (order <= 0 ? i : j) * words;
    if (order <= 0) va = ea.value[i++] as number;
    if (order >= 0) vb = eb.value[j++] as number;
    emit(at, from);
  }
  const shared = new Uint16Array(new SharedArrayBuffer(2 * codes.length));
  shared.set(codes);
  return { partition: partitionOf(words, sharedU32(starts), sharedU32(values)), countries: shared };
}

const ARRAYS = ['starts4', 'values4', 'starts6', 'values6', 'nameAsns', 'nameEnds', 'countries4', 'countries6', 'nameBytes'] as const;
const ELEMENT_BYTES = [4, 4, 4, 4, 4, 4, 2, 2, 1] as const;

function encodeTables(tables: Tables): Uint8Array {
  const arrays: Record<(typeof ARRAYS)[number], Uint8Array | Uint16Array | Uint32Array> = {
    starts4: tables.map.v4.starts, values4: tables.map.v4.values, starts6: tables.map.v6.starts, values6: tables.map.v6.values,
    nameAsns: tables.nameAsns, nameEnds: tables.nameEnds, countries4: tables.countries.v4, countries6: tables.countries.v6, nameBytes: tables.nameBytes,
  };
  const head = Buffer.from(JSON.stringify({ about: tables.about, bytes: ARRAYS.map((name) => arrays[name].byteLength), endian: new Uint8Array(Uint32Array.of(1).buffer)[0] }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([Buffer.from(MAGIC), length, head, ...ARRAYS.map((name) => Buffer.from(arrays[name].slice().buffer))]);
}

/** The tables in a cache file; null if it is not one that fits this program and machine. */
export function decodeTables(file: Uint8Array): Tables | null {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < MAGIC.length + 4 || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return null;
  const start = MAGIC.length + 4, headLength = bytes.readUInt32LE(MAGIC.length);
  if (start + headLength > bytes.length) return null;
  let head: { about: TableAbout[]; bytes: number[]; endian: number };
  try { head = JSON.parse(bytes.toString('utf8', start, start + headLength)) as typeof head; } catch { return null; }
  if (head.endian !== new Uint8Array(Uint32Array.of(1).buffer)[0] || head.bytes?.length !== ARRAYS.length) return null;
  if (head.bytes.some((length, k) => !Number.isInteger(length) || length < 0 || length % (ELEMENT_BYTES[k] ?? 1) !== 0)) return null;
  if (start + headLength + head.bytes.reduce((a, b) => a + b, 0) !== bytes.length) return null;
  let at = start + headLength;
  const next = (): SharedArrayBuffer => {
    const length = head.bytes[taken++] as number, shared = new SharedArrayBuffer(length);
    new Uint8Array(shared).set(bytes.subarray(at, at + length));
    at += length;
    return shared;
  };
  let taken = 0;
  const u32 = () => new Uint32Array(next());
  const starts4 = u32(), values4 = u32(), starts6 = u32(), values6 = u32(), nameAsns = u32(), nameEnds = u32();
  const countries = { v4: new Uint16Array(next()), v6: new Uint16Array(next()) }, nameBytes = new Uint8Array(next());
  if (starts4.length !== values4.length || starts6.length !== 4 * values6.length || countries.v4.length !== values4.length || countries.v6.length !== values6.length || nameAsns.length !== nameEnds.length) return null;
  return { map: { v4: partitionOf(1, starts4, values4), v6: partitionOf(4, starts6, values6) }, nameAsns, nameEnds, countries, nameBytes, about: head.about };
}
