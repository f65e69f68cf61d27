/**
 * The streaming readers: lines, rows, list members, times.
 * @module
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatTime, parseIso } from '../../../core/time.ts';
import { MAX_LINE_BYTES, type Imported } from '../../importer.ts';
import { MAX_ROW_LINES, readRows, splitCells } from './csv-rows.ts';
import { HeldBytes } from './held-bytes.ts';
import { firstObject, readJsonArray } from './json-array-reader.ts';
import { headLines, readLines, type Line } from './line-reader.ts';
import { epochSeconds, isZone, logTime, zoneOffset } from './naive-time.ts';
import { observation, quoted, unwrapPythonBytes } from './record.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
async function* stream(...pieces: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? bytes(piece) : piece;
}
async function lines(...pieces: readonly (string | Uint8Array)[]): Promise<Line[]> {
  const all: Line[] = [];
  for await (const batch of readLines(stream(...pieces))) all.push(...batch);
  return all;
}

describe('lines', () => {
  it('are the same as by splitting the whole text, in any chunking', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', 'é', '\0', '狼'), maxLength: 20 }), { maxLength: 8 }), async (pieces) => {
      const text = pieces.join(''), whole = bytes(text);
      const expected = text.split('\n').map((line) => line.replace(/\r$/, ''));
      if (expected.at(-1) === '' && !text.endsWith('\r')) expected.pop();
      const got = await lines(...Array.from(whole, (byte) => Uint8Array.of(byte)));
      assert.deepEqual(got.map((line) => line.text), expected);
      assert.deepEqual(got.map((line) => line.number), expected.map((_, i) => i + 1));
      assert.deepEqual((await lines(whole)).map((line) => line.text), expected);
    }));
  });
  it('of exactly the longest length are read, one byte more is too long, and the next line is whole', async () => {
    const got = await lines('x'.repeat(MAX_LINE_BYTES), '\n', 'y'.repeat(MAX_LINE_BYTES + 1), '\nz');
    assert.deepEqual(got.map(({ tooLong, text }) => [tooLong, text.length]), [[false, MAX_LINE_BYTES], [true, 1_024], [false, 1]]);
  });
  it('with bytes that are not UTF-8 say so, and only those', async () => {
    assert.deepEqual((await lines(Uint8Array.of(0x61, 0xff, 10), 'é\n')).map(({ broken, text }) => [broken, text]), [[true, 'a\ufffd'], [false, 'é']]);
  });
  it('of a head leave out the last, cut one', () => {
    assert.deepEqual(headLines(bytes('a\n\nb\nc')), ['a', 'b']);
    assert.deepEqual(headLines(bytes('only')), ['only']);
  });
  it('hold no more than their limit', () => {
    const held = new HeldBytes(100, 10);
    for (let i = 0; i < 1_000; i++) held.push(new Uint8Array(7));
    assert.deepEqual([held.overlong, held.length], [true, 10]);
    assert.equal(held.take().length, 10);
    assert.ok(held.empty);
  });
});

describe('rows', () => {
  const rows = async (text: string, separator = ',', quotes = true) => {
    const all: unknown[] = [];
    for await (const one of readRows(readLines(stream(...text.match(/[\s\S]{1,5}/g) ?? [])), separator, quotes)) all.push('kind' in one ? (one as Extract<Imported, { kind: 'defect' }>).defect.line : one.cells);
    return all;
  };
  it('any cells written with quotes come back', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' '), maxLength: 6 }), { minLength: 1, maxLength: 4 }), { maxLength: 6 }), async (table) => {
      const filled = table.map((row) => ['x', ...row]);
      const text = filled.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
      assert.deepEqual(await rows(text), filled);
    }));
  });
  it('one stray quote costs its own line, not the file', async () => {
    const text = ['a,"b', ...Array.from({ length: 3 * MAX_ROW_LINES }, (_, i) => `${i},x`)].join('\n');
    const got = await rows(text);
    assert.equal(got[0], 1);
    assert.equal(got.length, 1 + 3 * MAX_ROW_LINES);
  });
  it('without quotes a quote is a character', async () => {
    assert.deepEqual(await rows('a|"b\n"|c', '|', false), [['a', '"b'], ['"', 'c']]);
    assert.deepEqual(splitCells('"a""b",c', ',', true), ['a"b', 'c']);
    assert.equal(splitCells('"a', ',', true), null);
  });
});

describe('members of a list', () => {
  const members = async (text: string, size = 3) => {
    const all: (number | string)[] = [];
    const read = (record: { readonly [key: string]: unknown }, line: number) => observation({ kind: 'honeypot.event.seen', atUs: 1, line, role: 'unknown', session: String(record['n']) });
    for await (const one of readJsonArray(stream(...text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []), read, { zoneOffsetMinutes: () => 0 })) all.push(one.kind === 'defect' ? -one.defect.line : one.observation.session);
    return all;
  };
  it('are found in lists, wrapped lists, lines, and spread over lines', async () => {
    for (const text of ['[{"n":1},{"n":2}]', '{"attacks":[{"n":1},\n{"n":2}\n]}', '{"n":1}\n{"n":2}\n', '[\n  {\n    "n": 1,\n    "o": {"x": "}{"}\n  },\n  {\n    "n": 2\n  }\n]', '{ "list" : [\n{"n":1}\n,\n{"n":2}', '[{"n":1},{"n":2}'] ) {
      for (const size of [1, 4, 1_000]) assert.deepEqual(await members(text, size), ['1', '2'], text);
    }
  });
  it('torn, broken and foreign ones are defects of their line, and the next is read', async () => {
    assert.deepEqual(await members('[{"n":1},\n{"n":"torn\n{"n":3},\n{"n":4,"x":{"y":\n{"n":5},\n,\nrubbish "n":6}\n{"n":7}]'), ['1', -2, '3', -4, '5', -6, -7, '7']);
    assert.deepEqual(await members('{"n":1}\n{"n":'), ['1', -2]);
  });
  it('strings may hold braces, quotes and backslashes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', '\n', '[', ',', 'a') }), { maxLength: 5 }), async (texts) => {
      assert.deepEqual(await members(`[${texts.map((n) => JSON.stringify({ n, o: { n } })).join(',\n')}]`, 2), texts.map((n) => (n === undefined ? '' : n)));
    }));
  });
  it('the first is found for detection', () => {
    assert.equal(firstObject(bytes('{"attacks":[\n{ "a": {} }, {')), '{ "a": {} }');
    assert.equal(firstObject(bytes('plain text')), null);
  });
});

describe('times', () => {
  it('of a zone with summer time: skipped hours take the offset before, repeated ones are the first', () => {
    const berlin = zoneOffset('Europe/Berlin');
    for (const [local, utc] of [['2024-03-31T01:59', '2024-03-31T00:59:00Z'], ['2024-03-31T02:30', '2024-03-31T01:30:00Z'], ['2024-03-31T03:00', '2024-03-31T01:00:00Z'], ['2024-10-27T02:30', '2024-10-27T00:30:00Z'], ['2024-10-27T03:00', '2024-10-27T02:00:00Z'], ['2024-07-01T12:00', '2024-07-01T10:00:00Z']] as const) {
      assert.equal(formatTime(logTime(local, berlin) ?? 0), utc, local);
    }
    assert.equal(zoneOffset('Asia/Kathmandu')((parseIso('2024-01-01T00:00') ?? 0)), 345);
    assert.ok(isZone('Asia/Tokyo') && !isZone('Mars/Olympus'));
  });
  it('with a zone of their own do not take the sensor\'s', () => {
    const tokyo = zoneOffset('Asia/Tokyo');
    for (const text of ['2024-03-01T10:00:00Z', '2024-03-01T10:00:00+0000', '2024-03-01T19:00:00+09:00', '2024-03-01 19:00:00', '2024/03/01 19:00:00', '2024-03-01T19:00']) assert.equal(formatTime(logTime(text, tokyo) ?? 0), '2024-03-01T10:00:00Z', text);
    assert.equal(logTime('2016-12-31T23:59:60', tokyo), (parseIso('2016-12-31T23:59:60') ?? 0) - 540 * 60_000_000);
    for (const text of ['', 'now', '2024-02-30T00:00:00', '2024-13-01', '2024-03-01T24:00:00', '24-03-01']) assert.equal(logTime(text, tokyo), null, text);
  });
  it('as decimal seconds are exact to the microsecond', () => {
    fc.assert(fc.property(fc.nat(9_999_999_999), fc.nat(999_999), (seconds, micros) => { assert.equal(epochSeconds(`${seconds}.${String(micros).padStart(6, '0')}`), seconds * 1_000_000 + micros); }));
  });
});

describe('outside text', () => {
  it('is quoted without control, bidirectional or unpaired characters, at most 200', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => { assert.ok(quoted(text).length <= 200 && !/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(quoted(text))); }));
    assert.equal(quoted('a\u0000\u202eb\ud800c'), 'a··b·c');
  });
  it('in Python bytes literals is unwrapped', () => {
    assert.equal(unwrapPythonBytes("b'a\\x00\\'\\n'"), "a\0'\n");
    assert.equal(unwrapPythonBytes('plain'), 'plain');
  });
});
