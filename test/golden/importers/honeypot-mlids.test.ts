/**
 * The UQO ml_ids logs against the figures of the data's README.
 * @module
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { needs } from '../../needs.ts';
import { countLines, summarise } from './read-shared.ts';

describe('honeypot-mlids', () => {
  it('dionaea: 20,799 records; each stray comma is a defect, the first at line 277', needs('shared-data'), async () => {
    const destinations = new Set<string>();
    const got = await summarise('honeypot-mlids/dionaea_20k.json.gz', undefined, ({ dst }) => destinations.add(dst.split('.').slice(0, 2).join('.')));
    assert.equal(got.importer, 'dionaea');
    assert.equal(got.observations, 20_799);
    assert.equal(got.defects[0]?.line, 277);
    assert.ok(got.defects.every(({ quote }) => quote === ','));
    // All lines but the closing bracket's.
    assert.equal(got.observations + got.defects.length, countLines('honeypot-mlids/dionaea_20k.json.gz') - 1);
  });

  it('honeytrap: 4,999 records, of which 685 have no time; 1,897 ports and 1,437 sources with the port 0 and address 0.0.0.0 of those', needs('shared-data'), async () => {
    const ports = new Set<number>();
    let payloads = 0;
    const got = await summarise('honeypot-mlids/honeytrap_5k.json.gz', undefined, ({ dport, payload }) => { ports.add(dport); if (payload) payloads++; });
    assert.equal(got.importer, 'honeytrap');
    assert.equal(got.observations + got.defects.length, 4_999);
    assert.equal(got.defects.length, 685);
    assert.ok(got.defects.every(({ reason }) => reason.includes('1970')));
    assert.equal(ports.size, 1_897 - 1);
    assert.equal(got.sources.size, 1_437 - 1);
    assert.equal(payloads, 3_251);
  });

  it('heralding of 2025: 40,000 sessions in order of time', needs('shared-data'), async () => {
    let last = 0, ordered = true;
    const got = await summarise('honeypot-mlids/heralding_first40k.jsonl.gz', undefined, ({ atUs }) => { if (atUs < last) ordered = false; last = atUs; });
    assert.equal(got.importer, 'heralding');
    assert.deepEqual([got.observations, got.defects.length, ordered], [40_000, 0, true]);
  });

  it('Cisco ASA web honeypot: 80,000 lines, 4 of them broken by quotes that attackers sent', needs('shared-data'), async () => {
    const got = await summarise('honeypot-mlids/ciscoasa_lines_1-80000.txt.gz');
    assert.equal(got.importer, 'ciscoasa-honeypot');
    assert.equal(got.observations, 79_996);
    assert.deepEqual(got.defects.map(({ line }) => line), [52_640, 52_641, 58_670, 58_671]);
  });

  it('Cowrie session features: 20,000 attack rows, 3 without a start; 10,000 legitimate rows that nobody may call an attack', needs('shared-data'), async () => {
    const attacks = await summarise('honeypot-mlids/cowrie_sessions_20k.csv.gz', undefined, ({ role }) => assert.notEqual(role, 'unknown'));
    assert.equal(attacks.importer, 'cowrie-sessions');
    assert.deepEqual([attacks.observations, attacks.defects.length], [19_997, 3]);
    const legitimate = await summarise('honeypot-mlids/ssh_legitimate_first10k.csv.gz', undefined, ({ role }) => assert.equal(role, 'unknown'));
    assert.deepEqual([legitimate.observations, legitimate.defects.length], [10_000, 0]);
  });
});
