/** Places and hosts: planned countries are what enrichment says, nobody is on special-purpose addresses, and leases change addresses. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { formatV4 } from '../core/address.ts';
import { DAY_US, HOUR_US } from '../core/time.ts';
import { locate } from '../observations/enrichment.ts';
import { rangeOfV4 } from '../observations/tag/range-map.ts';
import { unpackCountry } from '../core/packet-batch.ts';
import { loadTables } from '../observations/enrichment-store.ts';
import { heavyTailRank, mix } from './chance.ts';
import { DEVICE_COUNTRIES, HOSTING_COUNTRIES, addressIn, makeHosts, networksOf } from './hosts.ts';
import { PLACES, type Country } from './places.catalogue.ts';

const tables = loadTables();

test('every network of the catalogue lies wholly in its country, by the installed table', () => {
  for (const country of Object.keys(PLACES) as Country[]) {
    for (const { base, size } of networksOf(country)) {
      const last = rangeOfV4(tables.map.v4, base + size - 1);
      for (let range = rangeOfV4(tables.map.v4, base); range <= last; range++) assert.equal(unpackCountry(tables.countries.v4[range] as number), country, formatV4(base));
    }
  }
});

test('hosts get addresses of their country, with a last octet from 1 to 254, homes and hosters apart', () => {
  for (const country of Object.keys(PLACES) as Country[]) {
    for (let k = 0; k < 200; k++) {
      const address = addressIn(country, k % 2 === 0, mix(k, 5));
      assert.equal(locate(tables, formatV4(address)).country, country);
      assert.ok((address & 255) >= 1 && (address & 255) <= 254);
    }
  }
});

test('countries come as often as planned', () => {
  for (const mixture of [DEVICE_COUNTRIES, HOSTING_COUNTRIES]) {
    const hosts = makeHosts({ key: 9, countries: mixture }), total = mixture.reduce((sum, [, w]) => sum + w, 0), n = 20_000;
    const counts = new Map<string, number>();
    for (let host = 0; host < n; host++) counts.set(hosts.country(host), (counts.get(hosts.country(host)) ?? 0) + 1);
    for (const [country, weight] of mixture) {
      const expected = n * weight / total;
      assert.ok(Math.abs((counts.get(country) ?? 0) - expected) < 5 * Math.sqrt(expected), country);
    }
  }
});

test('leases: three hosts in ten keep their address for a month, one in ten changes within hours, and hosts behind one NAT share', () => {
  const hosts = makeHosts({ key: 3, countries: DEVICE_COUNTRIES }), n = 5_000;
  let month = 0, hours = 0;
  for (let host = 0; host < n; host++) {
    if (hosts.address(host, 0) === hosts.address(host, 30 * DAY_US)) month++;
    if (hosts.address(host, 0) !== hosts.address(host, 3 * HOUR_US)) hours++;
  }
  // Three in ten static, and those behind a NAT.
  assert.ok(month / n > 0.3 && month / n < 0.45, `${month / n} kept it for a month`);
  assert.ok(hours / n > 0.08 && hours / n < 0.2, `${hours / n} changed within three hours`);
  const raw = new Set<number>();
  for (let host = 0; host < 1_000; host++) for (let day = 0; day < 28; day++) raw.add(hosts.address(host, day * DAY_US));
  assert.ok(raw.size > 5_000, `${raw.size} addresses of 1,000 hosts in 28 days`);
  const still = makeHosts({ key: 3, countries: HOSTING_COUNTRIES, hosting: true });
  for (let host = 0; host < 200; host++) assert.equal(still.address(host, 0), still.address(host, 90 * DAY_US));
});

test('rates follow Zipf–Mandelbrot: the number of sources with more than d packets falls like 1/d at α = 2', () => {
  const rank = heavyTailRank(10_000, 2, 3), counts = new Float64Array(10_000), n = 1_000_000;
  for (let k = 0; k < n; k++) { const r = rank((k + 0.5) / n); counts[r] = (counts[r] as number) + 1; }
  const above = (d: number) => counts.reduce((sum, c) => sum + (c > d ? 1 : 0), 0);
  const slope = Math.log(above(3_000) / above(300)) / Math.log(10);
  assert.ok(slope < -0.9 && slope > -1.15, `slope ${slope}`);
  assert.ok(rank(0) === 0 && rank(0.999_999_9) === 9_999);
});
