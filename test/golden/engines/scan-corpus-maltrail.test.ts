/**
 * The scan corpus with expected verdicts: every scan it names is found by its technique, and nothing is found where none is named.
 *
 * In: captures of the corpus (shared data), read and annotated as `noroshi read` does, through the scan engines.
 * Of the corpus's verdicts this covers the scans (port, stealth, UDP, infection, web); its indicator and DNS verdicts need lists.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, sharedData } from '../../needs.ts';
import { enginesNamed } from '../../../src/engines/registry.ts';
import { EngineRunner } from '../../../src/engines/runner.ts';
import type { FindingDraft } from '../../../src/findings/finding.ts';
import { annotatedCapture, annotatorFor } from '../fingerprints/captures.ts';

const folder = join(sharedData, 'pcap', 'scan-corpus-maltrail');
interface Case { readonly name: string; readonly pcap: string; readonly expect: readonly string[] }

/** A finding in the corpus's words. */
function verdict(draft: FindingDraft): string {
  if (draft.name === 'scan.horizontal') return 'potential infection';
  if (draft.facts['technique'] === 'web paths') return 'potential web scanning';
  return draft.facts['technique'] === 'udp' ? 'potential udp scanning' : 'potential port scanning';
}
const SCANS = new Set(['potential port scanning', 'potential udp scanning', 'potential infection', 'potential web scanning']);
const STEALTH: Readonly<Record<string, string>> = { port_scan: 'syn', stealth_scan_null: 'null', stealth_scan_fin: 'fin', stealth_scan_xmas: 'xmas', udp_scan: 'udp' };
const NAMES = ['scan-flow', 'scan-web', 'scan-events', 'port-distributed', 'sync-global', 'dos-victim'];

const cases: readonly Case[] = existsSync(folder) ? (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Case[]) : [{ name: 'the corpus', pcap: '', expect: [] }];
const annotator = existsSync(folder) ? annotatorFor() : null;
for (const one of cases) {
  test(`${one.name}: ${one.expect.filter((e) => SCANS.has(e)).join(', ') || 'no scan'}`, needs('shared-data'), async () => {
    const drafts: FindingDraft[] = [];
    const runner = new EngineRunner({ engines: enginesNamed(NAMES), emit: (draft) => drafts.push(draft) });
    for (const batch of await annotatedCapture(join(folder, one.pcap), annotator as NonNullable<typeof annotator>)) runner.feed(batch);
    runner.flush();
    assert.deepEqual([...new Set(drafts.map(verdict))].sort(), one.expect.filter((e) => SCANS.has(e)).sort());
    const technique = STEALTH[one.name];
    if (technique !== undefined) assert.equal(drafts[0]?.facts['technique'], technique);
  });
}
