/**
 * Country and AS tables against the packages they were compiled from and against the reference tables.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { Reader, type CountryResponse } from 'maxmind';
import { needs, sharedData } from '../../test/needs.ts';
import { formatV4, formatV6, parseAddress } from '../core/address.ts';
import { newPacketBatch, packCountry } from '../core/packet-batch.ts';
import { seededRng } from '../core/rng.ts';
import { asName, enrich, locate } from './enrichment.ts';
import { decodeTables, loadTables } from './enrichment-store.ts';

test('the compiled table gives the country that the package itself gives, for random addresses of both families', () => {
  const tables = loadTables(), rng = seededRng('enrichment');
  const path = createRequire(import.meta.url).resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
  const reader = new Reader<CountryResponse>(readFileSync(path));
  let known = 0;
  for (let k = 0; k < 20_000; k++) {
    const text = k % 2 === 0 ? formatV4(rng.u32()) : formatV6([(0x20000000 | (rng.u32() & 0x0fffffff)) >>> 0, rng.u32(), rng.u32(), rng.u32()]);
    const expected = (reader.get(text) as { country_code?: string } | null)?.country_code ?? '';
    assert.equal(locate(tables, text).country, expected, text);
    if (expected !== '') known++;
  }
  assert.ok(known > 7_000, `only ${known} were known at all`);
});

test('the compiled table gives the AS and its name at both ends of ranges of the published CSV', () => {
  const tables = loadTables();
  const path = createRequire(import.meta.url).resolve('@ip-location-db/asn/asn-ipv4-num.csv');
  const lines = readFileSync(path, 'utf8').split('\n');
  for (let k = 0; k < lines.length - 1; k += 997) {
    const [first, last, asn] = (lines[k] as string).split(',').map(Number) as [number, number, number];
    for (const at of [first, last]) assert.equal(locate(tables, formatV4(at)).asn, asn, formatV4(at));
    assert.notEqual(asName(tables, asn), '');
  }
  assert.equal(asName(tables, 4_294_967_295), '');
});

test('a batch is filled from its sources, and unknown stays zero', () => {
  const tables = loadTables(), batch = newPacketBatch(4, 'local/x', 4);
  batch.src.set(['133.11.0.1', '10.0.0.1', '8.8.8.8'].map((text) => parseAddress(text)!.words[0] as number));
  batch.n = 3;
  enrich(tables, batch);
  assert.deepEqual([...batch.country.subarray(0, 3)], [packCountry('JP'), 0, packCountry('US')]);
  assert.deepEqual([...batch.asn.subarray(0, 3)], [2501, 0, 15169]);
});

test('licence, version and date of each table are known', () => {
  for (const table of loadTables().about) {
    assert.match(table.built, /^20\d\d-\d\d-\d\d$/);
    assert.match(table.licence, /^CC/);
    assert.ok(table.ranges > 100_000);
  }
});

test('a cache file that is cut, foreign or altered is not used', () => {
  assert.equal(decodeTables(new Uint8Array(0)), null);
  assert.equal(decodeTables(Buffer.from('something else entirely, long enough to hold a head')), null);
  const head = Buffer.from('{"about":[],"bytes":[3,3,3,3,3,3,3,3,3],"endian":1}'), length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  assert.equal(decodeTables(Buffer.concat([Buffer.from('noroshi-enrichment-3\n'), length, head, Buffer.alloc(27)])), null);
  assert.equal(decodeTables(Buffer.concat([Buffer.from('noroshi-enrichment-3\n'), length, head, Buffer.alloc(26)])), null);
});

test('countries and ASes agree with the reference tables kept beside the clone', needs('shared-data'), () => {
  const tables = loadTables();
  const rows = (name: string) => gunzipSync(readFileSync(join(sharedData, 'reference', 'ip-tables', name))).toString('utf8').split('\n').filter((l) => l !== '');
  let asked = 0, equal = 0;
  const asnRows = rows('asn-ipv4-ranges.csv.gz');
  for (let k = 0; k < asnRows.length; k += 101) {
    const [first, , asn] = (asnRows[k] as string).replaceAll('"', '').split(',') as [string, string, string];
    if (!/^\d/.test(first)) continue;
    asked++;
    if (locate(tables, first.includes('.') ? first : formatV4(Number(first))).asn === Number(asn)) equal++;
  }
  // The same source of the same day: any difference is ours.
  assert.ok(asked > 3_000);
  assert.equal(equal, asked);
  for (const [file, least] of [['asn-country-ipv4.csv.gz', 0.85], ['asn-country-ipv6.csv.gz', 0.8]] as const) {
    let total = 0, same = 0;
    const list = rows(file);
    for (let k = 0; k < list.length; k += 37) {
      const [first, , country] = (list[k] as string).replaceAll('"', '').split(',') as [string, string, string];
      if (!/^[0-9a-f]/.test(first)) continue;
      total++;
      if (locate(tables, /[.:]/.test(first) ? first : formatV4(Number(first))).country === country) same++;
    }
    // A sister table (country of the AS, without WHOIS): its rows differ where a network is used abroad, about one in ten.
    assert.ok(same / total >= least, `${file}: ${same} of ${total} agree`);
  }
});
