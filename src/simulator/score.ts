/**
 * Engines against truth: recall, precision, false alerts per sensor-day, delay, calibration.
 *
 * In: scenarios, seeds, and a port that runs engines over a simulation (the CLI wires it; this area knows no engine).
 * Out: {@link ScoreReport}: one line a scenario and engine, and totals with bootstrap intervals.
 * A finding and a campaign match one to one when at least half of the finding's ports are the campaign's, their sources have a
 * Jaccard index of at least 0.2, their times overlap, and the finding was not raised before the campaign was visible
 * (darknet-anchors, section 7.3). Sources are compared on the finding's ports and within its time. A second finding that fits
 * a campaign already matched is a duplicate: neither right nor false, but counted. Only the names of {@link EARLY_WARNINGS}
 * count; scans and victims are judged elsewhere.
 * Delay: from the k-th visible source to `firstRaisedUs`; negative when the alert came before the k-th source did.
 * Cost: that of the engines, plus one pass over findings × campaigns.
 * @module
 */
import { seededRng } from '../core/rng.ts';
import { DAY_US, HOUR_US } from '../core/time.ts';
import type { CampaignTruth, SimulateOptions, Simulation, Truth } from './contract.ts';
import { simulate } from './simulation.ts';

/** Names of findings that claim an early warning. */
export const EARLY_WARNINGS: ReadonlySet<string> = new Set(['port.distributed', 'port.spike', 'sync.global', 'sync.group', 'early-warning', 'tool.new']);
/** Least share of a finding's ports that must be the campaign's (section 7.3). */
export const PORT_OVERLAP = 0.5;
/** Least Jaccard index of sources (section 7.3). */
export const SOURCE_JACCARD = 0.2;
/** The k of the delays. */
export const DELAY_STEPS = [1, 5, 20] as const;

/** What a finding must tell to be judged; a FindingDraft is one. Later drafts of one subject and first window replace earlier ones. */
export interface JudgedFinding {
  readonly name: string;
  readonly engine: string;
  readonly subject: string;
  readonly firstWindowUs: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly firstRaisedUs: number;
  readonly ports: readonly string[];
  readonly sensors: readonly string[];
  readonly sourceList: readonly string[];
  readonly score: number;
}

/** Runs engines over a simulation from start to end and gives all they emitted, in order. */
export type RunEngines = (simulation: Simulation) => Promise<readonly JudgedFinding[]>;

/** One finding and what became of it. */
export interface Verdict {
  readonly finding: JudgedFinding;
  readonly verdict: 'match' | 'duplicate' | 'false';
  /** Name of the campaign, '' for a false one. */
  readonly campaign: string;
  /** Why a false one did not match the campaign that came nearest. */
  readonly nearest: string;
}

/** One engine on one run. */
export interface RunScore {
  readonly scenario: string;
  readonly engine: string;
  readonly seed: number;
  readonly sensorDays: number;
  /** Campaigns that at least one source made visible. */
  readonly campaigns: readonly { readonly name: string; readonly visibleSources: number; readonly found: boolean; readonly delaysUs: readonly (number | null)[] }[];
  readonly falseAlerts: number;
  readonly duplicates: number;
  readonly verdicts: readonly Verdict[];
}

/** The newest draft of each finding, with the earliest time it was raised. */
export function grownFindings(drafts: readonly JudgedFinding[]): JudgedFinding[] {
  const newest = new Map<string, JudgedFinding>();
  for (const draft of drafts) {
    const key = `${draft.engine}\0${draft.name}\0${draft.subject}\0${draft.firstWindowUs}`;
    const before = newest.get(key);
    newest.set(key, before ? { ...draft, fromUs: Math.min(before.fromUs, draft.fromUs), toUs: Math.max(before.toUs, draft.toUs), firstRaisedUs: Math.min(before.firstRaisedUs, draft.firstRaisedUs), sourceList: union(before.sourceList, draft.sourceList) } : draft);
  }
  return [...newest.values()];
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  return [...new Set([...a, ...b])];
}

/** How well a finding fits a campaign: null if it does, else the first reason why not. `jaccard` orders candidates. */
export function fitOf(finding: JudgedFinding, campaign: CampaignTruth): { jaccard: number; misfit: string | null } {
  const planned = new Set(campaign.ports);
  const shared = finding.ports.filter((p) => planned.has(p)).length;
  if (finding.ports.length === 0 || shared / finding.ports.length < PORT_OVERLAP) return { jaccard: 0, misfit: `ports ${finding.ports.slice(0, 4).join(' ')} are not its` };
  const lastUs = campaign.lastUs ?? campaign.endUs, firstUs = campaign.onsetVisibleUs ?? campaign.onsetUs;
  if (finding.fromUs > lastUs || finding.toUs < firstUs) return { jaccard: 0, misfit: 'its time is another' };
  const ports = new Set(finding.ports), found = new Set(finding.sourceList);
  let both = 0, theirs = 0;
  for (const source of campaign.sources) {
    if (source.firstUs > finding.toUs || source.lastUs < finding.fromUs || !source.ports.some((p) => ports.has(p))) continue;
    theirs++;
    if (found.has(source.src)) both++;
  }
  const jaccard = both / Math.max(1, found.size + theirs - both);
  if (jaccard < SOURCE_JACCARD) return { jaccard, misfit: `Jaccard of sources is ${jaccard.toFixed(3)} (${both} common of ${found.size} found and ${theirs} there)` };
  if (finding.firstRaisedUs < firstUs) return { jaccard, misfit: 'it was raised before anything could be seen' };
  return { jaccard, misfit: null };
}

/** Judges what engines said about one run. `engine` names the row; findings of others must have been left out. */
export function judge(engine: string, drafts: readonly JudgedFinding[], truth: Truth): RunScore {
  const findings = grownFindings(drafts).filter((f) => EARLY_WARNINGS.has(f.name)).sort((a, b) => a.firstRaisedUs - b.firstRaisedUs || (a.subject < b.subject ? -1 : 1));
  const visible = truth.campaigns.filter((c) => c.sources.length > 0);
  const first = new Map<string, JudgedFinding>();
  const verdicts = findings.map((finding): Verdict => {
    let best: CampaignTruth | null = null, bestJaccard = -1, nearest = visible.length === 0 ? 'nothing was planted' : '', nearestJaccard = -1;
    for (const campaign of visible) {
      const { jaccard, misfit } = fitOf(finding, campaign);
      if (misfit === null && jaccard > bestJaccard) { best = campaign; bestJaccard = jaccard; }
      if (misfit !== null && jaccard > nearestJaccard) { nearest = `${campaign.name}: ${misfit}`; nearestJaccard = jaccard; }
    }
    if (!best) return { finding, verdict: 'false', campaign: '', nearest };
    if (first.has(best.name)) return { finding, verdict: 'duplicate', campaign: best.name, nearest: '' };
    first.set(best.name, finding);
    return { finding, verdict: 'match', campaign: best.name, nearest: '' };
  });
  return {
    scenario: truth.scenario, engine, seed: truth.seed, sensorDays: truth.sensors.length * (truth.endUs - truth.startUs) / DAY_US,
    campaigns: visible.map((c) => {
      const hit = first.get(c.name);
      return { name: c.name, visibleSources: c.sources.length, found: hit !== undefined, delaysUs: DELAY_STEPS.map((k) => { const at = c.visibleUs[String(k)]; return hit && at !== null && at !== undefined ? hit.firstRaisedUs - at : null; }) };
    }),
    falseAlerts: verdicts.filter((v) => v.verdict === 'false').length, duplicates: verdicts.filter((v) => v.verdict === 'duplicate').length, verdicts,
  };
}

/** One line of the table. Ratios are null when nothing stands below them. */
export interface ScoreLine {
  readonly scenario: string;
  readonly engine: string;
  readonly seeds: number;
  readonly campaigns: number;
  readonly found: number;
  readonly falseAlerts: number;
  readonly duplicates: number;
  readonly recall: number | null;
  readonly precision: number | null;
  readonly falsePerSensorDay: number;
  /** After the first visible source. */
  readonly delayMedianMs: number | null;
  /** After the k-th, by k. */
  readonly delaysMedianMs: Readonly<Record<string, number | null>>;
}

export interface Interval { readonly low: number; readonly high: number }
/** A line over all scenarios, with 95 % bootstrap intervals over (scenario, seed) runs. */
export interface ScoreTotal extends ScoreLine {
  readonly intervals: { readonly recall: Interval | null; readonly precision: Interval | null; readonly falsePerSensorDay: Interval; readonly delayMedianMs: Interval | null };
  /** Expected calibration error over ten equal bins, and how many findings it rests on. */
  readonly calibration: { readonly error: number | null; readonly findings: number };
  /** Recall by decade of visible sources. */
  readonly bySize: Readonly<Record<string, { readonly campaigns: number; readonly found: number }>>;
}

export interface ScoreReport { readonly seeds: readonly number[]; readonly durationHours: number; readonly lines: readonly ScoreLine[]; readonly totals: readonly ScoreTotal[] }

/** Lines of runs that belong together (one scenario and engine, or all of an engine). */
export function lineOf(scenario: string, engine: string, runs: readonly RunScore[]): ScoreLine {
  const campaigns = runs.flatMap((r) => r.campaigns), found = campaigns.filter((c) => c.found);
  const falseAlerts = sum(runs.map((r) => r.falseAlerts)), days = sum(runs.map((r) => r.sensorDays));
  const delays = DELAY_STEPS.map((_, k) => medianMs(found.flatMap((c) => { const delay = c.delaysUs[k]; return delay === null || delay === undefined ? [] : [delay]; })));
  return {
    scenario, engine, seeds: new Set(runs.map((r) => r.seed)).size, campaigns: campaigns.length, found: found.length, falseAlerts, duplicates: sum(runs.map((r) => r.duplicates)),
    recall: campaigns.length === 0 ? null : found.length / campaigns.length,
    precision: found.length + falseAlerts === 0 ? null : found.length / (found.length + falseAlerts),
    falsePerSensorDay: days === 0 ? 0 : falseAlerts / days,
    delayMedianMs: delays[0] ?? null, delaysMedianMs: Object.fromEntries(DELAY_STEPS.map((k, i) => [String(k), delays[i] ?? null])),
  };
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

function medianMs(listUs: readonly number[]): number | null {
  if (listUs.length === 0) return null;
  const sorted = [...listUs].sort((a, b) => a - b), mid = sorted.length >> 1;
  return Math.round((sorted.length % 2 === 1 ? sorted[mid] as number : ((sorted[mid - 1] as number) + (sorted[mid] as number)) / 2) / 1000);
}

/** Draws of the bootstrap. */
const DRAWS = 1000;
/** Upper ends of the size classes, visible sources. */
const SIZES = [5, 20, 100, 1000, Infinity] as const;

export function totalOf(engine: string, runs: readonly RunScore[]): ScoreTotal {
  const rng = seededRng(`bootstrap/${engine}`);
  const lines: ScoreLine[] = [];
  for (let d = 0; d < DRAWS; d++) lines.push(lineOf('all', engine, runs.map(() => rng.pick(runs))));
  const interval = (of: (line: ScoreLine) => number | null): Interval | null => {
    const values = lines.map(of).filter((v): v is number => v !== null).sort((a, b) => a - b);
    return values.length === 0 ? null : { low: values[Math.floor(values.length * 0.025)] as number, high: values[Math.min(values.length - 1, Math.floor(values.length * 0.975))] as number };
  };
  const verdicts = runs.flatMap((r) => r.verdicts);
  const bySize: Record<string, { campaigns: number; found: number }> = {};
  for (const campaign of runs.flatMap((r) => r.campaigns)) {
    const upper = SIZES.find((s) => campaign.visibleSources <= s) ?? Infinity, name = upper === Infinity ? '> 1000' : `≤ ${upper}`;
    const cell = bySize[name] ??= { campaigns: 0, found: 0 };
    cell.campaigns++;
    if (campaign.found) cell.found++;
  }
  return {
    ...lineOf('all', engine, runs),
    intervals: { recall: interval((l) => l.recall), precision: interval((l) => l.precision), falsePerSensorDay: interval((l) => l.falsePerSensorDay) ?? { low: 0, high: 0 }, delayMedianMs: interval((l) => l.delayMedianMs) },
    calibration: { error: calibrationError(verdicts.map((v) => [v.finding.score, v.verdict !== 'false'])), findings: verdicts.length },
    bySize,
  };
}

/** Expected calibration error: mean over findings of |share that was right − mean score| of their bin; ten equal bins (Naeini et al., AAAI 2015). Null without findings. */
export function calibrationError(pairs: readonly (readonly [score: number, right: boolean])[]): number | null {
  if (pairs.length === 0) return null;
  const bins = Array.from({ length: 10 }, () => ({ n: 0, score: 0, right: 0 }));
  for (const [score, right] of pairs) {
    const bin = bins[Math.min(9, Math.floor(score * 10))];
    if (!bin) continue;
    bin.n++; bin.score += score; bin.right += right ? 1 : 0;
  }
  return sum(bins.map((b) => (b.n === 0 ? 0 : Math.abs(b.right - b.score)))) / pairs.length;
}

export interface ScoreOptions {
  readonly scenarios: readonly string[];
  readonly seeds: readonly number[];
  readonly engines: readonly string[];
  readonly runEngines: RunEngines;
  /** Default six hours. */
  readonly durationUs?: number;
  readonly sensors?: SimulateOptions['sensors'];
  /** Hears each judged run. */
  readonly onRun?: (runs: readonly RunScore[], truth: Truth) => void;
}

/** Runs and judges everything: a line for each scenario and engine, and for all engines together (`all`). */
export async function scoreScenarios(options: ScoreOptions): Promise<ScoreReport> {
  const durationUs = options.durationUs ?? 6 * HOUR_US;
  const rows = [...options.engines, ...(options.engines.length > 1 ? ['all'] : [])];
  const runs: RunScore[] = [];
  for (const scenario of options.scenarios) {
    for (const seed of options.seeds) {
      const simulation = simulate(scenario, { seed, durationUs, ...(options.sensors ? { sensors: options.sensors } : {}) });
      const drafts = await options.runEngines(simulation), truth = simulation.truth();
      const judged = rows.map((engine) => judge(engine, engine === 'all' ? drafts : drafts.filter((d) => d.engine === engine), truth));
      runs.push(...judged);
      options.onRun?.(judged, truth);
    }
  }
  return {
    seeds: options.seeds, durationHours: durationUs / HOUR_US,
    lines: options.scenarios.flatMap((scenario) => rows.map((engine) => lineOf(scenario, engine, runs.filter((r) => r.scenario === scenario && r.engine === engine)))),
    totals: rows.map((engine) => totalOf(engine, runs.filter((r) => r.engine === engine))),
  };
}
