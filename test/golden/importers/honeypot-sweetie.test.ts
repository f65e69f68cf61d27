/**
 * Every log of honeypot-sweetie against the publisher-independent facts beside it: lines, defects, sources, sessions,
 * commands, events, first and last time; and the join table of the data's README.
 * @module
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { logTime } from '../../../src/darknet/importers/reading/naive-time.ts';
import { needs, sharedData } from '../../needs.ts';
import { countLines, filesOf, summarise, type Summary } from './read-shared.ts';

interface Facts {
  lines: number; unparsable: number; first: string; last: string; distinct_sources: number; sessions: number; distinct_commands: number; events: Record<string, number>;
}
const factsPath = join(sharedData, 'honeypot-sweetie/facts.json');
const facts = existsSync(factsPath) ? JSON.parse(readFileSync(factsPath, 'utf8')) as Record<string, Facts> : {};
const IMPORTER: Readonly<Record<string, string>> = { suricata: 'suricata-eve' };
/** Tools whose facts count sessions. */
const WITH_SESSIONS = new Set(['cowrie', 'adbhoney']);

describe('honeypot-sweetie', () => {
  const summaries = new Map<string, Summary>();
  const summary = async (name: string): Promise<Summary> => {
    const known = summaries.get(name);
    if (known) return known;
    const made = await summarise(`honeypot-sweetie/${name}`);
    summaries.set(name, made);
    return made;
  };

  it('has facts for every file there is', needs('shared-data'), () => {
    const folders = ['adbhoney', 'cowrie', 'elasticpot', 'heralding', 'medpot', 'p0f', 'suricata', 'tanner'];
    assert.deepEqual(folders.flatMap((folder) => filesOf(`honeypot-sweetie/${folder}`)).map((path) => path.slice('honeypot-sweetie/'.length)).sort(), Object.keys(facts).sort());
  });

  for (const tool of ['adbhoney', 'cowrie', 'elasticpot', 'heralding', 'medpot', 'p0f', 'suricata', 'tanner']) {
    it(`${tool}: totals, defects, sources, sessions, commands and events equal the facts`, needs('shared-data'), async () => {
      for (const [name, fact] of Object.entries(facts).filter(([path]) => path.startsWith(`${tool}/`))) {
        const got = await summary(name);
        assert.equal(got.importer, IMPORTER[tool] ?? tool, name);
        assert.equal(got.defects.length, fact.unparsable, name);
        assert.equal(got.observations + got.defects.length, fact.lines, name);
        assert.equal(countLines(`honeypot-sweetie/${name}`), fact.lines, name);
        assert.equal(got.sources.size, fact.distinct_sources, name);
        if (WITH_SESSIONS.has(tool)) {
          assert.equal(got.sessions.size, fact.sessions, name);
          assert.equal(got.commands.size, fact.distinct_commands, name);
        }
        assert.equal(got.firstUs, logTime(fact.first, () => 0), name);
        assert.equal(got.lastUs, logTime(fact.last, () => 0), name);
        if (tool === 'heralding') continue;
        const events = 'record' in fact.events ? { record: got.observations } : got.events;
        assert.deepEqual(Object.fromEntries(Object.entries(events).sort()), Object.fromEntries(Object.entries(fact.events).sort()), name);
      }
    });
  }

  it('heralding: sessions by protocol equal the facts', needs('shared-data'), async () => {
    for (const [name, fact] of Object.entries(facts).filter(([path]) => path.startsWith('heralding/'))) {
      const byProtocol: Record<string, number> = {};
      await summarise(`honeypot-sweetie/${name}`, undefined, ({ fields }) => {
        const key = `session.${fields['network.protocol']}`;
        byProtocol[key] = (byProtocol[key] ?? 0) + 1;
      });
      assert.deepEqual(Object.fromEntries(Object.entries(byProtocol).sort()), Object.fromEntries(Object.entries(fact.events).sort()), name);
    }
  });

  it('torn lines are quoted with their line number', needs('shared-data'), async () => {
    for (const [name, line] of [['cowrie/cowrie.json.3.gz', 5357], ['tanner/tanner_report.json.3.gz', 41]] as const) {
      const { defects } = await summary(name);
      assert.equal(defects[0]?.line, line);
      assert.ok((defects[0]?.quote.length ?? 0) > 50 && (defects[0]?.quote.length ?? 0) <= 200);
    }
  });

  it('the join table of the README holds: every Cowrie and Heralding source of a window appears in p0f', needs('shared-data'), async () => {
    const both = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].filter((one) => b.has(one)).length;
    for (const [window, expected] of [['1', [59, 6, 261, 149, 59, 45, 6, 0]], ['2', [123, 13, 665, 366, 123, 88, 13, 0]]] as const) {
      const [cowrie, heralding, p0f, suricata] = (await Promise.all([`cowrie/cowrie.json.${window}.gz`, `heralding/log_session.json.${window}.gz`, `p0f/p0f.json.${window}.gz`, `suricata/eve.json.${window}.gz`]
        .map(summary))).map((one) => one.sources) as [ReadonlySet<string>, ReadonlySet<string>, ReadonlySet<string>, ReadonlySet<string>];
      assert.deepEqual([cowrie.size, heralding.size, p0f.size, suricata.size, both(cowrie, p0f), both(cowrie, suricata), both(heralding, p0f), both(cowrie, heralding)], expected, `window .${window}`);
    }
  });
});
