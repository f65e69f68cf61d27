/**
 * The port that the score asks for, wired as the CLI wires it: annotate, feed, advance, flush.
 *
 * The simulated survey organisations that an operator's list would name are loaded as such a list; the others must be
 * recognised by what they do. Sensor gaps are in the calendar, as an operator would have entered them; growth and loss are not.
 * @module
 */
import { requireCidr } from '../../../src/core/address.ts';
import { sensorId, splitSensorId } from '../../../src/core/ids.ts';
import { MINUTE_US } from '../../../src/core/time.ts';
import { ENGINES } from '../../../src/engines/registry.ts';
import { EngineRunner } from '../../../src/engines/runner.ts';
import type { FindingDraft } from '../../../src/findings/finding.ts';
import { createAnnotator, loadLists, loadRules, loadTables } from '../../../src/observations/tag/annotate.ts';
import type { Sensor } from '../../../src/observations/sensor.ts';
import type { RunEngines } from '../../../src/simulator/score.ts';

/** All engines that are registered, or those named. */
export function runEnginesNamed(names: readonly string[] = Object.keys(ENGINES)): RunEngines {
  const tables = loadTables(), rules = loadRules(), { lists } = loadLists();
  return async (simulation) => {
    const sensors = simulation.sensors.map((s): Sensor => ({
      id: sensorId(s.id), ...splitSensorId(s.id), regions: s.regions.map(requireCidr), zone: s.zone, country: s.country, simulated: true,
      gaps: (s.faults ?? []).flatMap((f) => (f.kind === 'gap' ? [{ fromUs: f.fromUs, toUs: f.toUs, reason: 'simulated' }] : [])),
    }));
    const annotators = new Map(sensors.map((sensor) => [sensor.id as string, createAnnotator({ sensor, tables, rules, lists })]));
    const drafts: FindingDraft[] = [];
    const runner = new EngineRunner({
      engines: Object.entries(ENGINES).filter(([name]) => names.includes(name)).map(([, engine]) => engine),
      emit: (draft) => { drafts.push(draft); }, sensors: () => sensors, previewUs: 0, latenessUs: 0, seed: simulation.seed,
    });
    for (const batch of simulation.batchesNow()) {
      annotators.get(batch.sensor)?.annotate(batch);
      // A batch is a sensor's minute: by its first packet, all sensors have given the minute before.
      runner.advance(Math.floor((batch.atUs[0] as number) / MINUTE_US) * MINUTE_US);
      runner.feed(batch);
    }
    runner.flush();
    return drafts;
  };
}
