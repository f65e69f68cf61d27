/**
 * Lines of real logs, damaged: every importer goes on, counts what it cannot read, and drops no line.
 * @module
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { detectImporter } from '../../../src/darknet/registry.ts';
import { seededRng } from '../../../src/core/rng.ts';
import { needs, sharedData } from '../../needs.ts';
import { UTC } from './read-shared.ts';

const FILES = [
  'honeypot-sweetie/cowrie/cowrie.json.1.gz', 'honeypot-sweetie/p0f/p0f.json.1.gz', 'honeypot-sweetie/suricata/eve.json.1.gz', 'honeypot-sweetie/heralding/log_session.json.29.gz',
  'honeypot-sweetie/adbhoney/adbhoney.json.5.gz', 'honeypot-sweetie/tanner/tanner_report.json.9.gz', 'honeypot-sweetie/medpot/medpot.log.4.gz', 'honeypot-sweetie/elasticpot/elasticpot.log.1.gz',
  'honeypot-mlids/ciscoasa_lines_1-80000.txt.gz', 'honeypot-mlids/cowrie_sessions_20k.csv.gz', 'darknet/spoki-example/2021-10-13_2100_tcp_raw.csv.gz', 'darknet/spoki-example/2021-10-13_2100_tcp_scamper.csv.gz',
] as const;

describe('damaged real logs', () => {
  for (const path of FILES) {
    it(`${path}: each damaged line is an observation or a defect, and all others are as before`, needs('shared-data'), async () => {
      const head = gunzipSync(readFileSync(join(sharedData, path))).subarray(0, 60_000);
      const importer = detectImporter(head)?.importer ?? assert.fail('not recognised');
      const lines = head.toString('latin1').split('\n').slice(0, -1).slice(0, 150);
      const rng = seededRng(path);
      const damaged = new Set<number>();
      const text = lines.map((line, i) => {
        if (i === 0 || line.length < 8 || rng.below(3) > 0) return line;
        damaged.add(i + 1);
        const at = 1 + rng.below(line.length - 2);
        // Quotes are left alone: in CSV they may join lines, which the importers' own tests cover.
        return [line.slice(0, at), line.slice(0, at) + line.slice(at + 3), `${line.slice(0, at)}\u0000\u00ff${line.slice(at)}`, `${line.slice(0, at)}${line.slice(0, at)}`][rng.below(4)]?.replace(/^#|^\s*$/, 'x') ?? 'x';
      });
      const read = async (of: readonly string[]) => {
        const byLine = new Map<number, string>();
        for await (const one of importer.read((async function* () { yield Buffer.from(of.join('\n'), 'latin1'); })(), UTC)) {
          const line = one.kind === 'defect' ? one.defect.line : one.observation.line;
          assert.ok(!byLine.has(line), `line ${line} came twice`);
          byLine.set(line, one.kind === 'defect' ? `defect ${one.defect.reason}` : `${one.observation.kind} ${one.observation.atUs} ${one.observation.src}`);
        }
        return byLine;
      };
      const before = await read(lines), after = await read(text);
      assert.deepEqual([...after.keys()], [...before.keys()]);
      for (const [line, what] of before) if (!damaged.has(line)) assert.equal(after.get(line), what, `line ${line}`);
      assert.ok(damaged.size === 0 || [...damaged].some((line) => after.get(line) !== before.get(line)) || lines.length < 20);
    });
  }
});
