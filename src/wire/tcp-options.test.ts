/**
 * TCP options: layout, key, and what may not change it.
 * @module
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex } from './codec.ts';
import { muonFingerprint, optionMss, optionsKey, optionsLayout, optionWindowScale, parseTcpOptions } from './tcp-options.ts';

const LINUX = '020405b4 0402 080a 00112233 00000000 01 030307';
const WINDOWS = '020405b4 01 030308 01 01 0402';
const key = (hex: string): number => { const raw = fromHex(hex); return optionsKey(raw, 0, raw.length); };
const layout = (hex: string): string => { const raw = fromHex(hex); return optionsLayout(raw, 0, raw.length); };

test('the layouts of ordinary stacks read as people write them', () => {
  assert.equal(layout(LINUX), 'mss,sackok,ts,nop,ws');
  assert.equal(layout(WINDOWS), 'mss,nop,ws,nop,nop,sackok');
  assert.equal(layout(''), '');
  assert.equal(layout('fe04aabb'), 'opt-254');
  assert.equal(layout('00ffffff'), 'eol');
  assert.equal(layout('0204'), 'broken');
  assert.equal(layout('0200'), 'broken');
});

test('MSS and window scale are found wherever they stand, and -1 where they do not', () => {
  const raw = fromHex(`ffff${LINUX.replaceAll(' ', '')}`);
  assert.equal(optionMss(raw, 2, raw.length - 2), 1460);
  assert.equal(optionWindowScale(raw, 2, raw.length - 2), 7);
  assert.equal(optionMss(fromHex('01010101'), 0, 4), -1);
  assert.equal(optionWindowScale(fromHex('00030307'), 0, 4), -1);
});

test('the key ignores timestamps, SACK edges and cookies, and nothing else', () => {
  assert.equal(key(LINUX), key('020405b4 0402 080a deadbeef 12345678 01 030307'));
  assert.equal(key('050a 00000001 00000002'), key('050a 11111111 22222222'));
  assert.equal(key('2206 aabbccdd'), key('2206 00112233'));
  for (const other of [WINDOWS, '020405b5 0402 080a 00112233 00000000 01 030307', '020405b4 0402 080a 00112233 00000000 01 030308', '0402 020405b4 080a 00112233 00000000 01 030307', '020405b4', '']) {
    assert.notEqual(key(LINUX), key(other), other);
  }
});

test('only no options have the key 0', () => {
  assert.equal(key(''), 0);
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (raw) => {
    const value = optionsKey(raw, 0, raw.length);
    assert.ok(Number.isInteger(value) && value > 0 && value < 2 ** 32);
  }));
});

test('the key is that of the options, wherever in the capture they stand', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ maxLength: 9 }), (options, before, after) => {
    const raw = Uint8Array.from([...before, ...options, ...after]);
    assert.equal(optionsKey(raw, before.length, options.length), optionsKey(options, 0, options.length));
  }));
});

test('bytes behind the end of the list do not count', () => {
  assert.equal(key('020405b4 00000000'), key('020405b4 00ffeedd'));
});

test('parsing any bytes ends within them', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (raw) => {
    const { options, wellFormed } = parseTcpOptions(raw, 0, raw.length);
    const used = options.reduce((sum, o) => sum + (o.kind <= 1 ? 1 : 2 + o.data.length), 0);
    assert.ok(used <= raw.length);
    if (wellFormed && options.at(-1)?.kind !== 0) assert.equal(used, raw.length);
  }));
});

test('MuonFP text has window, kinds, MSS and scale, with absent parts empty', () => {
  const linux = fromHex(LINUX);
  assert.equal(muonFingerprint(64_240, linux, 0, linux.length), '64240:2-4-8-1-3:1460:7');
  assert.equal(muonFingerprint(1024, new Uint8Array(0), 0, 0), '1024:::');
});
