/** The score: what matches, what is false, what is a duplicate, and figures worked out by hand. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { HOUR_US, MINUTE_US } from '../core/time.ts';
import { calibrationError, fitOf, grownFindings, judge, lineOf, scoreScenarios, totalOf, type JudgedFinding, type RunScore } from './score.ts';
import { compareScoreboards, renderDrops, renderScoreboard } from './scoreboard.ts';
import { simulate } from './simulation.ts';
import type { CampaignTruth, Truth } from './contract.ts';

const T0 = 1_780_272_000_000_000;
const addresses = (from: number, count: number) => Array.from({ length: count }, (_, k) => `203.0.113.${from + k}`);

/** Ten sources on tcp/5000, one a minute from T0 + 60 minutes on. */
const campaign: CampaignTruth = {
  name: 'c', family: 'f', ports: ['tcp/5000', 'tcp/5001'], onsetUs: T0 + 50 * MINUTE_US, endUs: T0 + 3 * HOUR_US, hosts: 10, parameters: {}, timeCompression: 1, aim: '', packets: 10,
  sources: addresses(1, 10).map((src, k) => ({ src, firstUs: T0 + (60 + k) * MINUTE_US, lastUs: T0 + 3 * HOUR_US, packets: 1, sensors: ['local/a'], ports: ['tcp/5000'] })),
  visibleUs: { 1: T0 + 60 * MINUTE_US, 5: T0 + 64 * MINUTE_US, 20: null }, firstUs: { 'local/a': T0 + HOUR_US }, onsetVisibleUs: T0 + HOUR_US, lastUs: T0 + 3 * HOUR_US,
};
const truth = { scenario: 's', seed: 1, startUs: T0, endUs: T0 + 6 * HOUR_US, sensors: [{}, {}], campaigns: [campaign] } as unknown as Truth;
const finding = (over: Partial<JudgedFinding> = {}): JudgedFinding => ({
  name: 'port.distributed', engine: 'e', subject: 'tcp/5000', firstWindowUs: T0 + HOUR_US, fromUs: T0 + HOUR_US, toUs: T0 + 2 * HOUR_US, firstRaisedUs: T0 + 66 * MINUTE_US,
  ports: ['tcp/5000'], sensors: ['local/a'], sourceList: addresses(1, 10), score: 0.9, ...over,
});

test('a finding fits when ports, sources and time do; each of them can fail it', () => {
  assert.equal(fitOf(finding(), campaign).misfit, null);
  assert.equal(fitOf(finding(), campaign).jaccard, 1);
  // Half of the ports is enough, a third is not.
  assert.equal(fitOf(finding({ ports: ['tcp/5000', 'tcp/1'] }), campaign).misfit, null);
  assert.match(fitOf(finding({ ports: ['tcp/5000', 'tcp/1', 'tcp/2'] }), campaign).misfit ?? '', /ports/);
  // 10 common of 50 in all is exactly 0.2; one more stranger is below.
  assert.equal(fitOf(finding({ sourceList: addresses(1, 50) }), campaign).misfit, null);
  assert.match(fitOf(finding({ sourceList: addresses(1, 51) }), campaign).misfit ?? '', /Jaccard/);
  assert.match(fitOf(finding({ fromUs: T0, toUs: T0 + 30 * MINUTE_US }), campaign).misfit ?? '', /time/);
  assert.match(fitOf(finding({ firstRaisedUs: T0 + 59 * MINUTE_US }), campaign).misfit ?? '', /before/);
  assert.match(fitOf(finding({ ports: [] }), campaign).misfit ?? '', /ports/);
});

test('sources that came after the finding, or on other ports than its, do not count against it', () => {
  const late: CampaignTruth = { ...campaign, sources: [...campaign.sources, ...addresses(100, 90).map((src) => ({ src, firstUs: T0 + 2.5 * HOUR_US, lastUs: T0 + 3 * HOUR_US, packets: 1, sensors: ['local/a'], ports: ['tcp/5000'] })), ...addresses(200, 50).map((src) => ({ src, firstUs: T0 + HOUR_US, lastUs: T0 + 3 * HOUR_US, packets: 1, sensors: ['local/a'], ports: ['tcp/5001'] }))] };
  assert.equal(fitOf(finding(), late).jaccard, 1);
});

test('one campaign is found once: the first is the match, the second a duplicate, the rest false', () => {
  const run = judge('e', [finding({ firstRaisedUs: T0 + 70 * MINUTE_US, subject: 'later' }), finding(), finding({ subject: 'tcp/9', ports: ['tcp/9'] }), finding({ name: 'scan.source', subject: 'x', ports: ['tcp/9'] })], truth);
  assert.deepEqual(run.verdicts.map((v) => [v.finding.subject, v.verdict]), [['tcp/5000', 'match'], ['tcp/9', 'false'], ['later', 'duplicate']]);
  assert.deepEqual([run.falseAlerts, run.duplicates, run.sensorDays], [1, 1, 0.5]);
  assert.deepEqual(run.campaigns, [{ name: 'c', visibleSources: 10, found: true, delaysUs: [6 * MINUTE_US, 2 * MINUTE_US, null] }]);
});

test('a finding that grows is one: newest content, earliest time, all of its sources', () => {
  const [grown, ...others] = grownFindings([finding({ sourceList: addresses(1, 3), score: 0.5 }), finding({ firstRaisedUs: T0 + 90 * MINUTE_US, toUs: T0 + 3 * HOUR_US, sourceList: addresses(3, 3) })]);
  assert.equal(others.length, 0);
  assert.deepEqual([grown?.firstRaisedUs, grown?.toUs, grown?.score, grown?.sourceList.length], [T0 + 66 * MINUTE_US, T0 + 3 * HOUR_US, 0.9, 5]);
});

test('figures of a line are ratios of what was counted', () => {
  const miss: RunScore = { ...judge('e', [finding({ ports: ['tcp/9'] })], truth), seed: 2 };
  const line = lineOf('s', 'e', [judge('e', [finding()], truth), miss]);
  assert.deepEqual([line.seeds, line.campaigns, line.found, line.recall, line.precision, line.falsePerSensorDay, line.delayMedianMs, line.delaysMedianMs], [2, 2, 1, 0.5, 0.5, 1, 360_000, { 1: 360_000, 5: 120_000, 20: null }]);
  const calm = lineOf('s', 'e', [{ ...miss, campaigns: [], falseAlerts: 0 }]);
  assert.deepEqual([calm.recall, calm.precision, calm.falsePerSensorDay], [null, null, 0]);
});

test('bootstrap intervals hold the figure and repeat exactly', () => {
  const runs = [judge('e', [finding()], truth), { ...judge('e', [], truth), seed: 2 }, { ...judge('e', [finding()], truth), seed: 3 }];
  const total = totalOf('e', runs), again = totalOf('e', runs);
  assert.deepEqual(total, again);
  assert.ok(total.intervals.recall && total.intervals.recall.low <= 2 / 3 && total.intervals.recall.high >= 2 / 3 && total.intervals.recall.low < total.intervals.recall.high);
  assert.deepEqual(total.bySize, { '≤ 20': { campaigns: 3, found: 2 } });
});

test('calibration: nine right in ten at 0.9 is no error; always right at 0.6 is an error of 0.4', () => {
  const ten = Array.from({ length: 10 }, (_, k): [number, boolean] => [0.9, k > 0]);
  assert.ok((calibrationError(ten) ?? 1) < 1e-12);
  assert.ok(Math.abs((calibrationError([[0.6, true], [0.6, true]]) ?? 0) - 0.4) < 1e-12);
  assert.equal(calibrationError([]), null);
});

/** An engine that knows the truth, and one that shouts about everything. */
const oracle = async (simulation: ReturnType<typeof simulate>, shout: boolean): Promise<JudgedFinding[]> => {
  for (const batch of simulation.batchesNow()) assert.ok(batch.n > 0);
  return simulation.truth().campaigns.flatMap((c) => (c.onsetVisibleUs === null ? [] : [finding({ engine: 'oracle', subject: c.name, ports: c.ports, fromUs: c.onsetVisibleUs, toUs: c.endUs, firstRaisedUs: c.onsetVisibleUs, sourceList: c.sources.map((s) => s.src) })]))
    .concat(shout ? [finding({ engine: 'oracle', subject: 'noise', ports: ['tcp/445'], sourceList: addresses(1, 5) })] : []);
};

test('an engine that knows the truth scores one; shouting costs precision, and the comparison says what dropped', async () => {
  const options = { scenarios: ['calm-day', 'moose-pair'], seeds: [1], engines: ['oracle'], durationUs: 2 * HOUR_US };
  const good = await scoreScenarios({ ...options, runEngines: (s) => oracle(s, false) }), bad = await scoreScenarios({ ...options, runEngines: (s) => oracle(s, true) });
  assert.deepEqual(good.lines.map((l) => [l.scenario, l.recall, l.precision, l.falsePerSensorDay, l.delayMedianMs]), [['calm-day', null, null, 0, null], ['moose-pair', 1, 1, 0, 0]]);
  assert.deepEqual(compareScoreboards(good, good), []);
  const drops = compareScoreboards(good, bad);
  assert.deepEqual(drops.map((d) => [d.scenario, d.figure]), [['calm-day', 'falsePerSensorDay'], ['moose-pair', 'precision'], ['moose-pair', 'falsePerSensorDay']]);
  assert.match(renderDrops(drops), /moose-pair · oracle · precision\n- 1\n\+ 0\.5/);
  assert.deepEqual(compareScoreboards(bad, good), [], 'getting better is no drop');
  assert.deepEqual(compareScoreboards(good, { ...good, lines: good.lines.slice(1) }).map((d) => d.figure), ['line']);
  const text = renderScoreboard({ format: 'noroshi-scoreboard/1', commit: 'abc', quick: good, full: null });
  assert.match(text, /\| moose-pair \| oracle \| 1 \| 1 \| 1\.00 \| 1\.00 \| 0\.00 \| 0 \| 0\.0 min \|/);
  assert.match(text, /Held out from all tuning: sip-slash0\./);
});
