/**
 * Compiled SQL: nothing of the analyst's text in it, and never without the viewer's organisations.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { orgId } from '../../core/ids.ts';
import { QUERY_FIELDS } from '../contract.ts';
import type { Viewer } from '../contract.ts';
import { OBSERVATION_FIELDS } from '../query/fields.ts';
import { parseQuery } from '../query/parser.ts';
import { QuerySyntaxError } from '../query/query-error.ts';
import { compileExpr, conditionOf, orgCondition } from './compile.ts';
import { addressLiteral, numberLiteral, textLiteral, timeLiteral } from './literal.ts';
import { requireCidr } from '../../core/address.ts';
import { cidrBounds } from './literal.ts';

const NOW_US = Date.UTC(2026, 10, 22) * 1000;
const VIEWER: Viewer = { person: 'p', orgs: [orgId('local')], role: 'viewer' };
/** What an attacker would want to see arrive unchanged. */
const CANARY = 'canary7f3a';
const WORDS = ['sensor', 'region', 'tag', 'kind', 'tool', 'label', 'role', 'country', 'org', 'payload'];

/** Literals are hexadecimal or fixed words of ours; everything else is letters, digits and operators. */
function strip(sql: string): string {
  return sql.replace(/unhex\('[0-9a-f]*'\)/g, 'H').replace(/'(simulated|\/|)'/g, 'W');
}

test('no character of a value reaches the statement, whatever is asked of whichever field', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom("' OR 1=1 --", "\\'; DROP TABLE observation", '%', '_', '\\', '\u0000', "unhex('61')", ')', '/* */'));
  fc.assert(fc.property(fc.constantFrom(...WORDS), text, fc.constantFrom('==', '!=', '~', ':'), fc.boolean(), (field, before, operator, quoted) => {
    const value = `${before}${CANARY}`;
    const written = quoted ? `"${value.replace(/["\\]/g, '\\$&').replace(/[\u0000-\u001f]/g, ' ')}"` : value;
    let sql: string;
    try { sql = conditionOf(VIEWER, {}, parseQuery(`${field} ${operator} ${written}`, { nowUs: NOW_US })); } catch (error) {
      assert.ok(error instanceof QuerySyntaxError, String(error));
      return;
    }
    assert.ok(!sql.includes(CANARY), sql);
    assert.match(strip(sql), /^[A-Za-z0-9_ (),.=<>!*+\-[\]]*$/, sql);
  }), { numRuns: 2000 });
});

test('every field compiles to a condition for each test it takes', () => {
  const values: Record<string, string> = {
    at: 'now-1d', src: '192.0.2.0/24', dst: '2001:db8::/32', sport: '1-5', port: 'tcp/23', proto: 'udp', ttl: '64', ipid: '0x17', window: '1', flags: 'SA', seq: '7', payload: '0x00', tool: 'mirai',
    label: 'research', role: 'victim', country: 'JP', asn: 'AS1', kind: 'honeypot.*', tag: 'x', org: 'local', sensor: 'a', region: 'none',
  };
  for (const field of QUERY_FIELDS) {
    assert.match(compileExpr(parseQuery(`${field} == ${values[field]}`, { nowUs: NOW_US, fields: OBSERVATION_FIELDS })), /^\(.+\)$/, field);
    assert.match(compileExpr(parseQuery(`!${field}:*`, { nowUs: NOW_US })), /^\(NOT \(.+\)\)$/, field);
  }
});

test('the organisations of the viewer are always there, outside of everything the expression can say', () => {
  const sql = conditionOf(VIEWER, {}, parseQuery('org == other || port == 23', { nowUs: NOW_US }));
  assert.ok(sql.startsWith("org IN (unhex('6c6f63616c')) AND "), sql);
  assert.equal(orgCondition({ ...VIEWER, orgs: [] }), '0');
});

test('literals refuse what they cannot hold', () => {
  for (const value of [NaN, Infinity, -Infinity]) assert.throws(() => numberLiteral(value), RangeError);
  assert.equal(numberLiteral(2 ** 53), '9007199254740992');
  assert.equal(timeLiteral(1e300), 'toInt64(9000000000000000000)');
  assert.equal(textLiteral("o'x\\"), "unhex('6f27785c')");
  assert.throws(() => addressLiteral(new Uint8Array(4)), RangeError);
  const { first, last } = cidrBounds(requireCidr('192.0.2.128/25'));
  assert.equal(Buffer.from(first).toString('hex'), '00000000000000000000ffffc0000280');
  assert.equal(Buffer.from(last).toString('hex'), '00000000000000000000ffffc00002ff');
  assert.equal(Buffer.from(cidrBounds(requireCidr('2001:db8::/33')).last).toString('hex'), '20010db87fffffffffffffffffffffff');
});
