/**
 * Scanner lists in every format that operators keep.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { formatCidr, parseAddress } from '../../core/address.ts';
import { OperatorError } from '../../core/errors.ts';
import { entryOf } from './ip-set.ts';
import { loadLists, readScannerList } from './list-reader.ts';
import { parseScannerList, scannerLists } from './scanner-list.ts';

const read = (text: string) => { const list = parseScannerList(text, 'title'); return { ...list, networks: list.networks.map(({ cidr, name }) => `${formatCidr(cidr)} ${name}`) }; };

test('plain lists, CSV, comments and names are read; what is no network is counted with its line', () => {
  const list = read('# census\n192.0.2.0/24\n198.51.100.7 Example University\n2001:db8::/32,Six Org ; note\n203.0.113.9 # scan-09.example.org\nnot an address\n\n300.1.1.1\n');
  assert.deepEqual(list.networks, ['192.0.2.0/24 title', '198.51.100.7/32 Example University', '2001:db8::/32 Six Org', '203.0.113.9/32 scan-09.example.org']);
  assert.equal(list.defectCount, 2);
  assert.deepEqual(list.defects.map((d) => d.line), [6, 8]);
  assert.deepEqual(read('ip,org\n192.0.2.1,"Org"\n').networks, ['192.0.2.1/32 Org']);
});

test('a MISP warning list gives its name to each network, and other entries are counted', () => {
  const list = read(JSON.stringify({ name: 'List of known scanners', version: 1, type: 'cidr', matching_attributes: ['ip-src'], list: ['192.0.2.0/28', '2001:db8:1::/48', 'scanner.example.org'] }));
  assert.equal(list.format, 'misp');
  assert.deepEqual(list.networks, ['192.0.2.0/28 List of known scanners', '2001:db8:1::/48 List of known scanners']);
  assert.equal(list.defectCount, 1);
});

test('JSON lists of texts or of objects are read', () => {
  assert.deepEqual(read('["192.0.2.1", "192.0.2.8/29"]').networks, ['192.0.2.1/32 title', '192.0.2.8/29 title']);
  assert.deepEqual(read('[{"ip":"192.0.2.1","org":"A"},{"cidr":"192.0.2.8/29","name":"B"},{}]').networks, ['192.0.2.1/32 A', '192.0.2.8/29 B']);
  assert.equal(read('[{"ip":"192.0.2.1","org":"A"},{}]').defectCount, 1);
});

test('a maltrail trail file is known by its head', () => {
  const list = read('# Copyright (c) 2014-2026 Maltrail developers (https://github.com/stamparm/maltrail/)\n# See the file LICENSE\n\n192.0.2.77 # scan-1.example.org\n192.0.2.78\n');
  assert.equal(list.format, 'maltrail');
  assert.deepEqual(list.networks, ['192.0.2.77/32 scan-1.example.org', '192.0.2.78/32 title']);
});

test('no text makes the parser throw, and control characters never reach a name', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.string().map((s) => `192.0.2.1 ${s}`)), (text) => {
    for (const { name } of parseScannerList(text, 't').networks) assert.doesNotMatch(name, /[\u0000-\u001f]/);
  }), { numRuns: 500 });
});

test('a folder of lists becomes one set; notes beside them are passed over; a file without any network is an error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-lists-'));
  try {
    writeFileSync(join(folder, 'alpha.txt'), '192.0.2.0/24\n192.0.2.128/25 Beta Labs\n');
    writeFileSync(join(folder, 'gamma.json.gz'), gzipSync('{"name":"Gamma","list":["198.51.100.0/24"]}'));
    writeFileSync(join(folder, 'README.md'), 'where these come from');
    const { lists, reports } = loadLists(folder);
    assert.deepEqual(reports.map((r) => [r.format, r.networks]), [['plain', 2], ['misp', 1]]);
    const nameOf = (text: string) => lists.names[entryOf(lists.set, parseAddress(text)!)];
    assert.deepEqual(['192.0.2.1', '192.0.2.200', '198.51.100.255', '203.0.113.1'].map(nameOf), ['alpha', 'Beta Labs', 'Gamma', undefined]);
    writeFileSync(join(folder, 'wrong.txt'), 'this is a letter\n');
    assert.throws(() => loadLists(folder), (error) => error instanceof OperatorError && error.code === 'scanner-list' && /wrong\.txt/.test(error.message));
    writeFileSync(join(folder, 'broken.gz'), Buffer.from([0x1f, 0x8b, 0, 1, 2]));
    assert.throws(() => readScannerList(join(folder, 'broken.gz')), OperatorError);
    assert.throws(() => readScannerList(join(folder, 'missing')), OperatorError);
  } finally { rmSync(folder, { recursive: true, force: true }); }
  assert.equal(loadLists(join(folder, 'nowhere')).lists.set.size, 0);
});

test('many networks of one organisation share one name', () => {
  const lists = scannerLists(Array.from({ length: 500 }, (_, k) => ({ cidr: { family: 4 as const, words: Uint32Array.of(0x0b000000 + k * 256), prefix: 24 }, name: `org ${k % 5}` })));
  assert.equal(lists.names.length, 5);
  assert.equal(lists.set.size, 500);
});
