/**
 * The scoreboard as text, and the comparison that lets nothing get worse unseen.
 *
 * In: score reports. Out: `docs/scoreboard.md` (for people), `docs/scoreboard.json` (for the comparison), differences.
 * A drop: recall or precision lower, more false alerts, or a longer delay than committed, beyond {@link TOLERANCE}. Runs are
 * seeded, so equal code gives equal lines.
 * @module
 */
import type { ScoreLine, ScoreReport, ScoreTotal } from './score.ts';
import { scenarios } from './registry.ts';

/** What is committed: the short table that every check repeats, and the full one with the commit it was made from. */
export interface Scoreboard {
  readonly format: 'noroshi-scoreboard/1';
  readonly commit: string;
  readonly quick: ScoreReport;
  readonly full: ScoreReport | null;
}

/** How much worse a line may be before it counts as a drop. */
export const TOLERANCE = Object.freeze({ recall: 1e-9, precision: 0.02, falsePerSensorDay: 0.05, delayShare: 0.1, delayMs: 60_000 });

/** A figure that got worse. */
export interface Drop { readonly scenario: string; readonly engine: string; readonly figure: string; readonly committed: number | null; readonly now: number | null }

/** Figures of `now` that are worse than committed. Lines that are new count as no drop, lines that are gone as one. */
export function compareScoreboards(committed: ScoreReport, now: ScoreReport): Drop[] {
  const drops: Drop[] = [];
  const newer = new Map(now.lines.map((l) => [`${l.scenario}\0${l.engine}`, l]));
  for (const old of committed.lines) {
    const line = newer.get(`${old.scenario}\0${old.engine}`);
    const note = (figure: string, was: number | null, is: number | null) => drops.push({ scenario: old.scenario, engine: old.engine, figure, committed: was, now: is });
    if (!line) { note('line', 1, null); continue; }
    if (old.recall !== null && (line.recall ?? 0) < old.recall - TOLERANCE.recall) note('recall', old.recall, line.recall);
    if (old.precision !== null && (line.precision ?? (line.campaigns === 0 ? 1 : 0)) < old.precision - TOLERANCE.precision) note('precision', old.precision, line.precision);
    if (line.falsePerSensorDay > old.falsePerSensorDay + TOLERANCE.falsePerSensorDay) note('falsePerSensorDay', old.falsePerSensorDay, line.falsePerSensorDay);
    if (old.delayMedianMs !== null && line.delayMedianMs !== null && line.delayMedianMs > old.delayMedianMs + Math.max(TOLERANCE.delayMs, Math.abs(old.delayMedianMs) * TOLERANCE.delayShare)) note('delayMedianMs', old.delayMedianMs, line.delayMedianMs);
  }
  return drops;
}

/** Drops as lines of a diff: what is committed with `-`, what it is now with `+`. */
export function renderDrops(drops: readonly Drop[]): string {
  return drops.map((d) => `${d.scenario} · ${d.engine} · ${d.figure}\n- ${d.committed ?? 'none'}\n+ ${d.now ?? 'none'}`).join('\n');
}

const ratio = (value: number | null): string => (value === null ? '–' : value.toFixed(2));
const minutes = (ms: number | null | undefined): string => (ms === null || ms === undefined ? '–' : `${(ms / 60_000).toFixed(1)} min`);

/** The table for people. */
export function renderScoreboard(board: Scoreboard): string {
  const report = board.full ?? board.quick;
  const out = [
    '# Scoreboard', '',
    `Engines against the simulator's truth: ${report.seeds.length} seeds of every scenario, three /24 telescopes, ${report.durationHours} simulated hours each. Made from commit ${board.commit} by \`npm run score:full\`; \`./check\` repeats seeds ${board.quick.seeds.join(' and ')} and fails when a figure drops.`,
    '', 'Definitions: `src/simulator/score.ts`. A false alert is an early warning that fits no planted campaign; a duplicate fits one that was already found. Delays count from the k-th source that any telescope could see.',
    `Held out from all tuning: ${Object.values(scenarios).filter((s) => s.heldOut).map((s) => s.name).join(', ')}.`, '',
    '## Over all scenarios', '',
    '| engine | recall | 95 % | precision | 95 % | false per sensor-day | 95 % | delay after 1st | 5th | 20th | calibration error |',
    '| --- | ---: | --- | ---: | --- | ---: | --- | ---: | ---: | ---: | --- |',
    ...report.totals.map(totalRow), '',
    '## By scenario', '',
    '| scenario | engine | campaigns | found | recall | precision | false per sensor-day | duplicates | delay after 1st | 5th | 20th |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...report.lines.map(lineRow), '',
    '## By size of the campaign', '',
    ...report.totals.flatMap((t) => [`- ${t.engine}: ${Object.entries(t.bySize).sort((a, b) => sizeOrder(a[0]) - sizeOrder(b[0])).map(([size, c]) => `${size} visible sources ${c.found}/${c.campaigns}`).join(' · ') || 'none'}`]), '',
  ];
  return out.join('\n');
}

const sizeOrder = (name: string): number => (name.startsWith('>') ? Infinity : Number(name.slice(2)));

function totalRow(t: ScoreTotal): string {
  const span = (i: { low: number; high: number } | null) => (i === null ? '–' : `${i.low.toFixed(2)}–${i.high.toFixed(2)}`);
  const calibration = t.calibration.error === null ? '–' : `${t.calibration.error.toFixed(3)} (n = ${t.calibration.findings})`;
  return `| ${[t.engine, ratio(t.recall), span(t.intervals.recall), ratio(t.precision), span(t.intervals.precision), t.falsePerSensorDay.toFixed(2), span(t.intervals.falsePerSensorDay), minutes(t.delaysMedianMs['1']), minutes(t.delaysMedianMs['5']), minutes(t.delaysMedianMs['20']), calibration].join(' | ')} |`;
}

function lineRow(l: ScoreLine): string {
  return `| ${[l.scenario, l.engine, l.campaigns, l.found, ratio(l.recall), ratio(l.precision), l.falsePerSensorDay.toFixed(2), l.duplicates, minutes(l.delaysMedianMs['1']), minutes(l.delaysMedianMs['5']), minutes(l.delaysMedianMs['20'])].join(' | ')} |`;
}
