/**
 * Published lists of acknowledged scanners load whole.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { needs, sharedData } from '../../needs.ts';
import { entryOf } from '../../../src/observations/tag/ip-set.ts';
import { readScannerList } from '../../../src/observations/tag/list-reader.ts';
import { scannerLists, type ListedNetwork } from '../../../src/observations/tag/scanner-list.ts';
import { parseAddress } from '../../../src/core/address.ts';

test('the published maltrail lists load whole: 19,215 addresses and 1,106 networks, five spoilt lines named, each address found again', needs('shared-data'), () => {
  const folder = join(sharedData, 'scanner-allowlists', 'maltrail');
  const addresses = readScannerList(join(folder, 'mass_scanner.txt.gz')), networks = readScannerList(join(folder, 'mass_scanner_cidr.txt.gz'));
  for (const [list, name] of [[addresses, 'mass_scanner.txt.gz'], [networks, 'mass_scanner_cidr.txt.gz']] as const) {
    const lines = gunzipSync(readFileSync(join(folder, name))).toString('utf8').split('\n').filter((line) => /^[^#\s]/.test(line));
    assert.equal(list.networks.length + list.defectCount, lines.length, name);
  }
  // Two request paths, and three addresses with a stray letter before them.
  assert.deepEqual(addresses.defects.map(({ line }) => line), [16_343, 16_347, 17_474, 17_484, 18_235]);
  assert.equal(networks.defectCount, 0);
  assert.equal(addresses.networks.length, 19_215);
  assert.equal(networks.networks.length, 1_106);
  const lists = scannerLists([...networks.networks, ...addresses.networks]);
  for (const { cidr } of addresses.networks) assert.notEqual(entryOf(lists.set, cidr), -1);
  assert.equal(entryOf(lists.set, parseAddress('133.11.0.1')!), -1);
});

test('every MISP warning list of scanners loads, and gives its own name', needs('shared-data'), () => {
  const folder = join(sharedData, 'scanner-allowlists', 'misp-warninglists'), all: ListedNetwork[] = [];
  const names = readdirSync(folder).filter((name) => /scann(ing|er)\.json\.gz$/.test(name));
  assert.ok(names.length >= 25, String(names.length));
  for (const name of names) {
    const list = readScannerList(join(folder, name)), content = JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString('utf8')) as { name: string; list: string[] };
    assert.equal(list.format, 'misp');
    assert.equal(list.networks.length + list.defectCount, content.list.length, name);
    assert.equal(list.defectCount, 0, `${name}: ${JSON.stringify(list.defects.slice(0, 2))}`);
    assert.equal(list.networks[0]?.name, content.name.trim().slice(0, 120));
    all.push(...list.networks);
  }
  const lists = scannerLists(all);
  for (const { cidr } of all) assert.notEqual(entryOf(lists.set, cidr), -1);
});
