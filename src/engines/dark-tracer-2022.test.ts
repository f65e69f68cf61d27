/**
 * Published results: the alert times of Dark-TRACER's ChangeFinder baseline on its public count series (times are JST).
 * Source: Han et al., "Dark-TRACER", IEEE Access 2022, public repository; the telescope timeout of Merit's darknet events.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, sharedData } from '../../test/needs.ts';
import { changefinder } from './sdar.ts';
import { meritTimeoutUs } from './scan-presets.ts';
import { seededRng } from '../core/rng.ts';

const folder = join(sharedData, 'darknet', 'dark-tracer-count-series');

test('ChangeFinder finds exactly the published alert times in packets or hosts', needs('shared-data'), () => {
  const rows = readFileSync(join(folder, 'sensor999_count.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
  const published = readFileSync(join(folder, 'sensor999_alert_date.txt'), 'utf8').trim().split(/\s+/).sort();
  const found = new Set<string>();
  for (const column of [1, 2]) for (const i of changefinder(rows.map((row) => Number(row[column]))).changes) found.add(rows[i]?.[0] as string);
  assert.deepEqual([...found].sort(), published);
});

test('a jump of the mean scores highest where it happens', () => {
  const rng = seededRng('sdar'), series = Array.from({ length: 400 }, (_, i) => (i < 250 ? 100 : 180) + 5 * rng.normal());
  const { scores } = changefinder(series);
  const best = [...scores.keys()].filter((i) => i > 100).sort((x, y) => (scores[y] as number) - (scores[x] as number))[0] as number;
  assert.ok(best >= 250 && best < 275, `highest at ${best}`);
});

test("Merit's example timeout, 624 s for 475,000 addresses, is the chance of 0.1 % at 100 packets a second", () => {
  assert.equal(Math.round(meritTimeoutUs(475_000) / 1e6), 625);
});
