/** Claims about breaks in published lists; the real lists are those that the shared data's README names. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { needs, sharedData } from '../../test/needs.ts';
import type { OrgId } from '../core/ids.ts';
import { DAY_US, formatTime, requireTime } from '../core/time.ts';
import { idOfDraft } from '../findings/finding.ts';
import { listBreaks, listResets, type ListDay } from './list-reset.ts';

const days = (sizes: readonly number[]): ListDay[] => sizes.map((size, i) => ({ atUs: 1_780_272_000_000_000 + i * DAY_US, size }));

test('a cumulative list that starts again is a reset, a list that shrinks by half over a week is not', () => {
  assert.deepEqual(listBreaks(days([4_700, 4_800, 4_850, 4_919, 34, 80])).map((b) => b.kind), ['reset']);
  assert.deepEqual(listBreaks(days([4_919, 4_400, 3_900, 3_500, 3_100, 2_800, 2_500])), []);
});

test('sources that come and go are told apart from a reset, and missing days from both', () => {
  assert.deepEqual(listBreaks(days([883, 4_807, 5_881, 1_731])).map((b) => b.kind), ['sources-changed', 'sources-changed']);
  assert.deepEqual(listBreaks([...days([100]), { atUs: 1_780_272_000_000_000 + 4 * DAY_US, size: 104 }]).map((b) => b.kind), ['missing']);
});

test('the operator whose list fell from 4,919 to 34 is called a reset on that day, and nothing else is', needs('shared-data'), () => {
  const folder = join(sharedData, 'blocklists', 'honeypot-b-ramitmitra', 'daily');
  const real = readdirSync(folder).sort().map((file): ListDay => {
    const entries = new Set(JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString('utf8')) as string[]);
    return { atUs: requireTime(file.slice(0, 10), 0), size: entries.size, entries };
  });
  const drafts = listResets('local' as OrgId, 'honeypot-b', real);
  assert.deepEqual(drafts.map((d) => [formatTime(d.firstRaisedUs).slice(0, 10), d.facts['before'], d.facts['after']]).slice(0, 1), [['2026-08-08', 4_919, 34]]);
  assert.equal(drafts.filter((d) => d.facts['kind'] === 'reset').length, 1);
  for (const draft of drafts) assert.equal(idOfDraft(draft).length, 16);
});
