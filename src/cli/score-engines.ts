/**
 * Engines over a simulation, for scoring: simulator → annotation → runner, no store in between.
 * @module
 */
import { parseCidr, type Cidr } from '../core/address.ts';
import { MINUTE_US } from '../core/time.ts';
import { splitSensorId, type SensorId } from '../core/ids.ts';
import type { Engine } from '../engines/engine.ts';
import { EngineRunner } from '../engines/runner.ts';
import type { FindingDraft } from '../findings/finding.ts';
import type { Sensor } from '../observations/sensor.ts';
import { createAnnotator, loadLists, loadRules, loadTables, type Annotator } from '../observations/tag/annotate.ts';
import type { Simulation } from '../simulator/contract.ts';

/** Sensors of a simulation as the engines know them: a planned gap is in the calendar. */
export function sensorsOf(simulation: Simulation): Sensor[] {
  return simulation.sensors.map((planned) => {
    const { org, name } = splitSensorId(planned.id);
    return {
      id: planned.id as SensorId, org, name, zone: planned.zone, country: planned.country, simulated: true,
      regions: planned.regions.map(parseCidr).filter((c): c is Cidr => c !== null),
      gaps: (planned.faults ?? []).flatMap((f) => (f.kind === 'gap' ? [{ fromUs: f.fromUs, toUs: f.toUs, reason: 'simulated gap' }] : [])),
    };
  });
}

/** Everything the engines say about a simulation, in order. */
export async function runEnginesOver(engines: readonly Engine[], simulation: Simulation): Promise<FindingDraft[]> {
  const drafts: FindingDraft[] = [];
  const sensors = sensorsOf(simulation);
  const tables = loadTables(), rules = loadRules(), { lists } = loadLists();
  const annotators = new Map<string, Annotator>(sensors.map((sensor) => [sensor.id, createAnnotator({ sensor, tables, rules, lists })]));
  const runner = new EngineRunner({ engines, previewUs: 0, emit: (draft) => drafts.push(draft), sensors: (org) => sensors.filter((s) => s.org === org) });
  let reachedUs = -Infinity;
  for await (const batch of simulation.batches()) {
    if (batch.n === 0) continue;
    const minuteUs = Math.floor((batch.atUs[0] ?? 0) / MINUTE_US) * MINUTE_US;
    if (minuteUs > reachedUs) { reachedUs = minuteUs; runner.advance(reachedUs); }
    annotators.get(batch.sensor)?.annotate(batch);
    runner.feed(batch);
  }
  runner.flush();
  return drafts;
}
