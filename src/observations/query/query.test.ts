/**
 * The query language: what analysts type, what it means, what it says when it is wrong.
 * @module
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { projectRoot } from '../../../test/needs.ts';
import { parseCidr, type Cidr } from '../../core/address.ts';
import { DAY_US } from '../../core/time.ts';
import { QUERY_FIELDS } from '../contract.ts';
import { ALL, allOf, anyOf, fieldsOf, negate, test, type Expr, type GlobPart, type Test } from './ast.ts';
import { complete } from './complete.ts';
import { FINDING_FIELDS, OBSERVATION_FIELDS } from './fields.ts';
import { MAX_QUERY_CHARS } from './lexer.ts';
import { matches, matchesGlob, type FieldValue } from './match.ts';
import { MAX_DEPTH, parseQuery } from './parser.ts';
import { printQuery } from './print.ts';
import { nearest, pointOut, QuerySyntaxError } from './query-error.ts';

const NOW = Date.UTC(2026, 10, 22) * 1000;
const parse = (text: string): Expr => parseQuery(text, { nowUs: NOW });
const port = (from: number, to = from, protos: readonly number[] = [6, 17]): Expr => test('port', { type: 'port', protos, from, to });
const word = (field: string, value: string): Expr => test(field, { type: 'word', value });
const integer = (field: string, from: number, to = from): Expr => test(field, { type: 'integer', from, to });
const net = (field: string, text: string): Expr => test(field, { type: 'network', cidr: parseCidr(text) as Cidr });
const fails = (text: string): QuerySyntaxError => {
  try { parse(text); } catch (error) { assert.ok(error instanceof QuerySyntaxError, String(error)); return error; }
  assert.fail(`'${text}' should not parse`);
};

describe('the query language', () => {
  it('takes what Arkime, Kibana and Lucene users type, with one meaning', () => {
    const wanted = allOf([port(23), word('tool', 'mirai'), word('country', 'JP')]);
    for (const text of [
      'port == 23 && tool == mirai && country == JP', 'port.dst == 23 && tool == mirai && country.src == jp',
      'port:23 and tool:mirai and country:JP', 'destination.port : 23 AND tool : "mirai" AND country : jp',
      'port:23 tool:mirai country:JP', '+port:23 +tool:mirai +country:JP', '(port:23) && (tool=mirai and (country:JP))',
    ]) assert.deepEqual(parse(text), wanted, text);
    assert.deepEqual(parse('port == 23 && tool == mirai && country == JP && at > now-1d'), allOf([wanted, integer('at', NOW - DAY_US + 1, Number.MAX_SAFE_INTEGER)]));
  });

  it('reads lists, value groups and ranges', () => {
    const two = anyOf([port(23), port(2323)]);
    for (const text of ['port == [23, 2323]', 'port:[23,2323]', 'port:(23 or 2323)', 'port:(23 OR 2323)', 'port:23 || port:2323', 'port == 23 or port == 2323']) assert.deepEqual(parse(text), two, text);
    for (const text of ['port:[20 TO 25]', 'port == 20-25', 'port:{19 TO 26}', 'port:(>=20 AND <26)', 'port >= 20 and port <= 25']) {
      for (const p of [19, 20, 25, 26]) assert.equal(matches(parse(text), () => `tcp/${p}`), p >= 20 && p <= 25, `${text} on ${p}`);
    }
    assert.deepEqual(parse('port != [23, 25]'), negate(anyOf([port(23), port(25)])));
    assert.deepEqual(parse('port:[1024 TO *]'), port(1024, 65_535));
    assert.deepEqual(parse('country:(JP or not US)'), anyOf([word('country', 'JP'), negate(word('country', 'US'))]));
  });

  it('port == 23 is TCP and UDP, tcp/23 is one', () => {
    assert.deepEqual(parse('port == tcp/23'), port(23, 23, [6]));
    assert.deepEqual(parse('tcp/23'), port(23, 23, [6]));
    assert.deepEqual(parse('port:udp/*'), port(0, 65_535, [17]));
    const on = (text: string, value: FieldValue) => matches(parse(text), () => value);
    assert.ok(on('port == 23', 'udp/23') && on('port == 23', 'tcp/23') && !on('port == 23', 'sctp/23') && !on('port == tcp/23', 'udp/23'));
    assert.ok(on('port == 23', ['udp/5', 'tcp/23']));
  });

  it('reads addresses, networks and a bare address as source or destination', () => {
    assert.deepEqual(parse('src == 192.0.2.0/24'), net('src', '192.0.2.0/24'));
    assert.deepEqual(parse('ip.src == 192.0.2.*'), net('src', '192.0.2.0/24'));
    assert.deepEqual(parse('source.ip:2001:db8::1'), net('src', '2001:db8::1'));
    for (const text of ['ip == 198.51.100.7', '198.51.100.7', 'src:198.51.100.7 or dst:198.51.100.7']) assert.deepEqual(parse(text), anyOf([net('src', '198.51.100.7'), net('dst', '198.51.100.7')]), text);
    assert.deepEqual(parse('2001:db8::/48'), anyOf([net('src', '2001:db8::/48'), net('dst', '2001:db8::/48')]));
  });

  it('reads flags as letters, words and numbers', () => {
    const flags = (bits: number, mask = 0xfff): Expr => test('flags', { type: 'flags', mask, bits });
    for (const text of ['flags == SA', 'flags:syn|ack', 'tcp.flags == 0x12', 'flags:18', 'flags == ack+syn', 'flags == as']) assert.deepEqual(parse(text), flags(18), text);
    assert.deepEqual(parse('flags:syn'), flags(2));
    assert.deepEqual(parse('flags ~ S'), flags(2, 2));
    assert.deepEqual(parse('flags == 0'), flags(0));
  });

  it('reads payload as text and as bytes', () => {
    const bytes = test('payload', { type: 'contains', bytes: new TextEncoder().encode('GET /') });
    for (const text of ['payload:"GET /"', "payload == 'GET /'", 'payload ~ "GET /"', 'payload:0x474554202f']) assert.deepEqual(parse(text), bytes, text);
    assert.deepEqual(parse('payload:*\\x00\\xff*'), test('payload', { type: 'contains', bytes: new TextEncoder().encode('\0ÿ') }));
  });

  it('reads existence in every accent, wildcards, AS numbers, negation', () => {
    for (const text of ['tag:*', 'exists(tag)', '_exists_:tag', 'tag == EXISTS!', 'tag:[* TO *]']) {
      if (text.includes('TO')) assert.throws(() => parse(text), QuerySyntaxError);
      else assert.deepEqual(parse(text), test('tag', { type: 'exists' }), text);
    }
    assert.deepEqual(parse('kind:honeypot.*'), test('kind', { type: 'pattern', glob: [{ literal: 'honeypot.' }, 'any'] }));
    assert.deepEqual(parse('tag:"a*"'), word('tag', 'a*'));
    assert.deepEqual(parse('asn == AS64496'), integer('asn', 64_496));
    for (const text of ['tool != mirai', 'not tool:mirai', '!tool:mirai', '-tool:mirai', 'NOT (tool == mirai)', '!(tool:mirai)']) assert.deepEqual(parse(text), negate(word('tool', 'mirai')), text);
    assert.deepEqual(parse('label:"SSH-2.0-Go"'), word('label', 'ssh-2.0-go'));
    assert.deepEqual(parse('  '), ALL);
    assert.deepEqual(parse('*'), ALL);
  });

  it('binds not before and before or', () => {
    const [a, b, c] = [port(1), port(2), port(3)];
    assert.deepEqual(parse('port:1 or port:2 and port:3'), anyOf([a, allOf([b, c])]));
    assert.deepEqual(parse('port:1 port:2 or port:3'), anyOf([allOf([a, b]), c]));
    assert.deepEqual(parse('not port:1 and port:2'), allOf([negate(a), b]));
  });

  it('a bare date is its whole day', () => {
    const day = Date.UTC(2020, 1, 22) * 1000;
    assert.deepEqual(parse('at == 2020-02-22'), integer('at', day, day + DAY_US - 1));
    assert.deepEqual(parse('at:[2020-02-22 TO 2020-02-23}'), integer('at', day, day + DAY_US - 1));
    assert.deepEqual(parse('at > 2020-02-22'), integer('at', day + DAY_US, Number.MAX_SAFE_INTEGER));
    assert.deepEqual(parse('at >= 2020-02-22T00:00Z'), integer('at', day, Number.MAX_SAFE_INTEGER));
  });

  it('points at what is wrong, and says what to write', () => {
    for (const [text, at, said] of [
      ['prot == 23', 0, /no field 'prot'; did you mean 'port'/], ['port == 99999', 8, /0–65535/], ['port == tcq/23', 8, /did you mean 'tcp'/],
      ['tool == mriai', 8, /did you mean 'mirai'/], ['country:japan', 8, /two letters/], ['src == 192.0.2.256', 7, /address/], ['port <', 6, /ends/],
      ['(port:23', 0, /not closed/], ['port:23)', 7, /closes nothing/], ['payload:"GET', 8, /not closed/], ['at > yesterday', 5, /now-1d/], ['mirai', 0, /tool == mirai/], ['port', 4, /comparison/],
      ['tool > mirai', 7, /cannot be compared/], ['port:[23', 5, /not closed/], ['flags:XY', 6, /no TCP flags/], ['port:23 & tool:zmap', 8, /&&/],
      ['ttl < 0', 6, /no value is </], ['kind:/a+/', 5, /wildcards/], ['"GET /"', 0, /payload:/], ['port == 25-20', 8, /must not exceed/], ['seq == 0x1ffffffff', 7, /0–4294967295/],
      ['port:23 and', 11, /ends/], ['port:()', 6, /Expected/], ['port:[]', 5, /empty/], ['payload:0x474', 8, /pairs/], ['score > 0.5', 0, /no field/],
    ] as const) {
      const error = fails(text);
      assert.equal(error.code, 'query-syntax');
      assert.equal(error.at, at, `${text}: ${error.message}`);
      assert.match(error.message, said);
    }
    assert.equal(pointOut('prot == 23', fails('prot == 23')), 'prot == 23\n^^^^');
  });

  it('refuses too long and too deep expressions in one sentence', () => {
    assert.match(fails('('.repeat(MAX_DEPTH + 1)).message, /nested deeper/);
    assert.match(fails('!'.repeat(3_000) + 'port:1').message, /nested deeper/);
    assert.match(fails(`port:${'('.repeat(600)}`).message, /nested deeper/);
    assert.match(fails('port:1 '.repeat(MAX_QUERY_CHARS)).message, /longer than/);
    assert.doesNotThrow(() => parse('('.repeat(MAX_DEPTH - 1) + 'port:1' + ')'.repeat(MAX_DEPTH - 1)));
  });

  it('every field of the contract can be named, tested for existence and printed', () => {
    for (const field of QUERY_FIELDS) {
      assert.deepEqual(fieldsOf(parse(`${field}:*`)), [field]);
      assert.ok(OBSERVATION_FIELDS.fields.get(field)?.about, field);
    }
  });

  it('findings have their own fields', () => {
    const expr = parseQuery('name:port.* and score >= 0.9 and severity:[4 TO 5] && port == 23 state:open sources > 100', { nowUs: NOW, fields: FINDING_FIELDS });
    const finding: Record<string, FieldValue> = { name: 'port.distributed', score: 0.95, severity: 5, port: ['tcp/23'], state: 'open', sources: 101 };
    assert.ok(matches(expr, (field) => finding[field]));
    for (const [field, value] of [['name', 'dos.victim'], ['score', 0.8], ['severity', 3], ['port', ['tcp/24']], ['state', 'false'], ['sources', 100], ['score', undefined]] as const) {
      assert.ok(!matches(expr, (name) => (name === field ? value : finding[name])), field);
    }
  });

  it('a field that is missing fails every test, and not of it holds', () => {
    for (const text of ['ttl == 64', 'ttl < 65', 'ttl:*', 'src:0.0.0.0/0', 'tag:*a*', 'payload:x', 'flags ~ S']) {
      assert.equal(matches(parse(text), () => undefined), false, text);
      assert.equal(matches(parse(`!(${text})`), () => undefined), true, text);
    }
  });
});

describe('completions', () => {
  const at = (text: string, values = {}) => complete(text, text.length, { values });
  const texts = (text: string, values = {}) => at(text, values).items.map((item) => item.text);
  it('offer fields at the start and behind and/or/not/parentheses', () => {
    for (const text of ['', 'port:23 and ', '(', 'not ', 'tool == mirai || ']) assert.ok(texts(text).includes('country'), text);
    assert.deepEqual(texts('port == 23 && coun'), ['country']);
    assert.equal(at('port == 23 && coun').from, 14);
  });
  it('offer operators behind a field, and only those it takes', () => {
    assert.ok(texts('port ').includes('>=') && !texts('tool ').includes('>='));
  });
  it('offer closed vocabularies and values handed in, wherever a value stands', () => {
    assert.deepEqual(texts('tool == mas'), ['masscan', 'masscan-udp']);
    assert.deepEqual(texts('label:(research or back'), ['backscatter']);
    assert.deepEqual(texts('role == [scanner, vic'), ['victim']);
    assert.deepEqual(texts('sensor:to', { sensor: ['tokyo', 'osaka'] }), ['tokyo']);
    assert.ok(texts('kind:hon').every((text) => text.startsWith('honeypot.')));
  });
  it('offer and/or behind a finished term', () => {
    assert.ok(texts('port:23 ').includes('and') && texts('port:23 ').includes('or'));
  });
  it('go on behind an unknown word', () => {
    assert.deepEqual(texts('tool == nonsense and coun'), ['country']);
  });
  it('never throw, and stay within the text', () => {
    fc.assert(fc.property(soup, fc.nat(80), (text, cursor) => {
      const { from, to } = complete(text, cursor);
      assert.ok(from >= 0 && from <= to && to <= Math.max(text.length, 0));
    }), { numRuns: 500 });
  });
});

const soup = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.constantFrom('port', 'tool', 'src', 'at', 'flags', 'payload', ' ', ':', '==', '!=', '<', '>', '~', '(', ')', '[', ']', '{', '}', ',', '"', "'", '\\', '*', '?', 'and', 'or', 'not', 'TO', '!', '-', '+', '&&', '||', '|', '23', 'tcp/23', '192.0.2.1', 'now-1d', 'SA', '0x', 'é', '\u0000'), { maxLength: 30 }).map((parts) => parts.join('')),
);

const anyTest: fc.Arbitrary<Expr> = (() => {
  const span = (max: number, min = 0) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
  const literal = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).map((text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase()));
  const glob = fc.array(fc.oneof(literal.map((text): GlobPart => ({ literal: text })), fc.constantFrom<GlobPart>('any', 'one')), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.filter((part, i) => !(i > 0 && (part === 'any' && parts[i - 1] === 'any' || typeof part === 'object' && typeof parts[i - 1] === 'object'))))
    .filter((parts) => parts.some((part) => typeof part !== 'object') && !(parts.length === 1 && parts[0] === 'any'));
  const cidr = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, prefix]) => parseCidr(`${ip}/${prefix}`) as Cidr),
    fc.tuple(fc.array(fc.nat(65_535), { minLength: 8, maxLength: 8 }), fc.integer({ min: 0, max: 128 })).map(([groups, prefix]) => parseCidr(`${groups.map((g) => g.toString(16)).join(':')}/${prefix}`) as Cidr).filter((c) => c?.family === 6),
  );
  const of = (fields: readonly string[], tests: fc.Arbitrary<Test>) => fc.tuple(fc.constantFrom(...fields), tests).map(([field, what]) => test(field, what));
  return fc.oneof(
    of(QUERY_FIELDS, fc.constant({ type: 'exists' })),
    of(['at'], span(Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER).map((s) => ({ type: 'integer', ...s }))),
    of(['ttl', 'proto'], span(255).map((s) => ({ type: 'integer', ...s }))),
    of(['asn', 'seq', 'ipid'], span(0xffff_ffff).map((s) => ({ type: 'integer', ...s }))),
    of(['port', 'sport'], fc.tuple(span(65_535), fc.constantFrom([6, 17], [6], [17], [1], [99])).map(([s, protos]) => ({ type: 'port', protos, ...s }))),
    of(['src', 'dst'], cidr.map((c) => ({ type: 'network', cidr: c }))),
    of(['tag', 'sensor', 'org', 'region'], literal.map((value) => ({ type: 'word', value }))),
    of(['tool'], fc.constantFrom('mirai', 'zmap').map((value) => ({ type: 'word', value }))),
    of(['country'], fc.constantFrom('JP', 'US').map((value) => ({ type: 'word', value }))),
    of(['tag', 'kind', 'tool', 'sensor'], glob.map((g) => ({ type: 'pattern', glob: g }))),
    of(['flags'], fc.oneof(fc.nat(0xfff).map((bits): Test => ({ type: 'flags', mask: 0xfff, bits })), fc.integer({ min: 1, max: 0xffe }).map((bits): Test => ({ type: 'flags', mask: bits, bits })))),
    of(['payload'], fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 20 }), literal.map((text) => new TextEncoder().encode(text))).map((bytes) => ({ type: 'contains', bytes }))),
  );
})();

const anyExpr: fc.Arbitrary<Expr> = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof({ maxDepth: 4, withCrossShrink: true }, anyTest,
    fc.array(tie('expr'), { minLength: 1, maxLength: 3 }).map(allOf), fc.array(tie('expr'), { minLength: 1, maxLength: 3 }).map(anyOf), tie('expr').map(negate)),
})).expr;

describe('properties of the query language', () => {
  it('what is printed parses to the same tree', () => {
    fc.assert(fc.property(anyExpr, (expr) => {
      const text = printQuery(expr);
      fc.pre(text.length <= MAX_QUERY_CHARS);
      assert.deepEqual(parse(text), expr, text);
    }), { numRuns: 1_000 });
  });
  it('finding expressions round-trip too, with real numbers', () => {
    const real = fc.tuple(fc.float({ min: 0, max: 1, noNaN: true }), fc.float({ min: 0, max: 1, noNaN: true }), fc.boolean(), fc.boolean()).map(([a, b, openFrom, openTo]): Test => (
      a === b ? { type: 'real', from: a, to: a, openFrom: false, openTo: false } : { type: 'real', from: Math.min(a, b), to: Math.max(a, b), openFrom, openTo }));
    fc.assert(fc.property(real, (what) => {
      const expr = test('score', what);
      assert.deepEqual(parseQuery(printQuery(expr, FINDING_FIELDS), { nowUs: NOW, fields: FINDING_FIELDS }), expr);
    }));
  });
  it('no text makes it throw anything but QuerySyntaxError, and what it takes it can print', () => {
    fc.assert(fc.property(soup, (text) => {
      try {
        const expr = parse(text);
        assert.deepEqual(parse(printQuery(expr)), expr, text);
      } catch (error) {
        if (!(error instanceof QuerySyntaxError)) throw error;
        assert.ok(error.at >= 0 && error.at <= text.length, `${error.at} in '${text}'`);
      }
    }), { numRuns: 3_000 });
  });
  it('a pattern of many stars on a long text takes work proportional to their product at most', () => {
    let looks = 0;
    const text = 'a'.repeat(3_000);
    const counted = new Proxy({}, { get: (_, key) => { looks++; return Reflect.get(Object(text) as object, key) as unknown; } }) as string;
    assert.equal(matchesGlob([...Array.from({ length: 20 }, (): GlobPart[] => ['any', { literal: 'a' }]).flat(), { literal: 'b' }], counted), false);
    assert.ok(looks < 20 * 42 * text.length, String(looks));
  });
  it('suggestions are close words only', () => {
    assert.equal(nearest('contry', ['country', 'sensor']), 'country');
    assert.equal(nearest('xyz', ['country', 'sensor']), null);
  });
});

describe('docs/query-language.md', () => {
  it('shows only expressions that parse, and all of the first box mean the same', () => {
    const page = readFileSync(join(projectRoot, 'docs/query-language.md'), 'utf8');
    const boxes = [...page.matchAll(/```(query|findings)\n([^`]+)```/g)];
    assert.ok(boxes.length >= 3);
    for (const [, language, box] of boxes) for (const line of (box ?? '').trim().split('\n')) {
      assert.doesNotThrow(() => parseQuery(line, { nowUs: NOW, fields: language === 'findings' ? FINDING_FIELDS : OBSERVATION_FIELDS }), line);
    }
    assert.equal(new Set((boxes[0]?.[2] ?? '').trim().split('\n').map((line) => printQuery(parse(line)))).size, 1);
    for (const field of QUERY_FIELDS) assert.match(page, new RegExp(`\`${field}\``), field);
  });
  it('prints the carets that the page shows', () => {
    const text = 'port == 23 && toool == mirai', error = fails(text);
    assert.equal(`${pointOut(text, error)}\n${error.message}`, 'port == 23 && toool == mirai\n              ^^^^^\nThere is no field \'toool\'; did you mean \'tool\'? (character 15)');
  });
});
