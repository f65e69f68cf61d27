/**
 * Query expressions to SQL: the tree of `query/ast.ts` becomes a condition over the table `observation`.
 *
 * Every value is rendered by type (`literal.ts`); no character of the analyst's text reaches a statement. The organisations
 * of the viewer are always part of the condition ({@link conditionOf}); there is no way to compile without them.
 * A field that a row lacks (ports of ARP, flags of UDP) fails every test of it, as in `query/match.ts`.
 * Tags of hosts (table `host_tag`) count as the row's own where their time covers the row: see `host-tags.ts`.
 * @module
 */
import { BIT } from '../../core/packet-batch.ts';
import type { Range, Viewer } from '../contract.ts';
import { foldExpr, type Expr, type GlobPart, type Test } from '../query/ast.ts';
import { addressLiteral, bytesLiteral, cidrBounds, numberLiteral, textList, textLiteral, timeLiteral } from './literal.ts';

/** SQL of fields that host tags may change; plain columns when there are none. */
export interface TaggedFields { readonly label: string; readonly role: string; readonly tags: string }
export const OWN_FIELDS: TaggedFields = Object.freeze({
  label: 'label', role: 'role', tags: `arrayConcat(tags, if(bitAnd(ip_bits, ${BIT.simulated}) != 0, ['simulated'], emptyArrayString()))`,
});

const between = (sql: string, from: number, to: number): string => (
  from === to ? `${sql} = ${numberLiteral(from)}` : `(${sql} >= ${numberLiteral(from)} AND ${sql} <= ${numberLiteral(to)})`);
const TCP_ROW = '(packet = 1 AND proto = 6)';
const HAS_SRC = `bitAnd(ip_bits, ${BIT.notIp}) = 0`;
/** Rows with `host` 0 have no source; an unspecified `::` has neither. */
const HAS_DST = `(${HAS_SRC} AND dst != toFixedString('', 16) OR packet = 1 AND ${HAS_SRC})`;
/** Ports of ICMP are its type (sport). A port 0 counts only where a transport header was read; in records it says 'unknown'. */
const ICMP = [1, 58];

function portTest(column: 'sport' | 'dport', test: Extract<Test, { type: 'port' }>): string {
  const parts: string[] = [];
  const plain = test.protos.filter((proto) => !ICMP.includes(proto)), icmp = test.protos.filter((proto) => ICMP.includes(proto));
  if (plain.length > 0) parts.push(`(proto IN (${plain.map(numberLiteral).join(', ')}) AND ${between(column, test.from, test.to)})`);
  if (icmp.length > 0) parts.push(`(proto IN (${icmp.map(numberLiteral).join(', ')}) AND ${between('sport', test.from, test.to)})`);
  const any = parts.length === 1 ? (parts[0] as string) : `(${parts.join(' OR ')})`;
  return test.from > 0 ? any : `(${any} AND if(packet = 0, ${column} != 0, bitAnd(ip_bits, ${BIT.hasTransport}) != 0))`;
}

/** A LIKE pattern: bytes of the literals with %, _ and \ escaped. */
function likeLiteral(glob: readonly GlobPart[], fold: (text: string) => string): string {
  return textLiteral(glob.map((part) => (part === 'any' ? '%' : part === 'one' ? '_' : fold(part.literal).replace(/[\\%_]/g, '\\$&'))).join(''));
}

/** Tests of text in column `sql`, whose stored text is `folded` to the analyst's letter case. */
function textTest(sql: string, test: Test, fold: (text: string) => string = (text) => text): string {
  switch (test.type) {
    case 'exists': return `${sql} != ''`;
    case 'word': return `${sql} = ${textLiteral(fold(test.value))}`;
    case 'pattern': return `(${sql} LIKE ${likeLiteral(test.glob, fold)} AND ${sql} != '')`;
    default: throw new RangeError(`text cannot be tested by '${test.type}'`);
  }
}

function numberTest(sql: string, test: Test, present: string): string {
  switch (test.type) {
    case 'exists': return present;
    case 'integer': return `(${between(sql, test.from, test.to)} AND ${present})`;
    default: throw new RangeError(`a number cannot be tested by '${test.type}'`);
  }
}

const MAPPED = cidrBounds({ family: 4, words: Uint32Array.of(0), prefix: 0 });

function addressTest(column: 'src' | 'dst', test: Test): string {
  const present = column === 'src' ? HAS_SRC : HAS_DST;
  if (test.type === 'exists') return present;
  if (test.type !== 'network') throw new RangeError(`an address cannot be tested by '${test.type}'`);
  const { first, last } = cidrBounds(test.cidr);
  const [low, high] = [addressLiteral(first), addressLiteral(last)];
  if (test.cidr.family === 6 && test.cidr.prefix <= 80 && test.cidr.words.every((word) => word === 0)) {
    // A network of IPv6 that reaches over the v4-mapped addresses holds none of IPv4.
    return `(${column} >= ${low} AND ${column} <= ${high} AND NOT (${column} >= ${addressLiteral(MAPPED.first)} AND ${column} <= ${addressLiteral(MAPPED.last)}) AND ${present})`;
  }
  return low === high ? `(${column} = ${low} AND ${present})` : `(${column} >= ${low} AND ${column} <= ${high} AND ${present})`;
}

/** The condition of one test of one field. Exhaustive over QUERY_FIELDS; an unknown field is our own fault. */
function fieldTest(field: string, test: Test, tagged: TaggedFields): string {
  switch (field) {
    case 'at':
      if (test.type === 'exists') return '1';
      if (test.type !== 'integer') throw new RangeError(`a time cannot be tested by '${test.type}'`);
      return `(at_us >= ${timeLiteral(test.from)} AND at_us <= ${timeLiteral(test.to)})`;
    case 'org': return textTest('org', test);
    case 'sensor': {
      // `tokyo` is that sensor of any organisation, `org/tokyo` one; patterns are tried on both forms.
      const short = "substring(sensor, position(sensor, '/') + 1)";
      if (test.type === 'exists') return '1';
      if (test.type === 'word') return test.value.includes('/') ? textTest('sensor', test) : textTest(short, test);
      return `(${textTest(short, test)} OR ${textTest('sensor', test)})`;
    }
    case 'region': return textTest('region', test);
    case 'src': case 'dst': return addressTest(field, test);
    case 'sport': case 'port': {
      const column = field === 'port' ? 'dport' : 'sport';
      if (test.type === 'exists') return `(bitAnd(ip_bits, ${BIT.hasTransport}) != 0 OR packet = 0 AND ${column} != 0)`;
      if (test.type !== 'port') throw new RangeError(`a port cannot be tested by '${test.type}'`);
      return portTest(column, test);
    }
    case 'proto': return numberTest('proto', test, packetOr('proto != 0'));
    case 'ttl': return numberTest('ttl', test, `(packet = 1 AND ${HAS_SRC})`);
    case 'ipid': return numberTest('ipid', test, `(packet = 1 AND ${HAS_SRC})`);
    case 'window': return numberTest('window', test, TCP_ROW);
    case 'seq': return numberTest('seq', test, TCP_ROW);
    case 'flags':
      if (test.type === 'exists') return TCP_ROW;
      if (test.type !== 'flags') throw new RangeError(`flags cannot be tested by '${test.type}'`);
      return `(bitAnd(flags, ${numberLiteral(test.mask)}) = ${numberLiteral(test.bits)} AND ${TCP_ROW})`;
    case 'payload':
      if (test.type === 'exists') return `payload != ''`;
      if (test.type !== 'contains') throw new RangeError(`a payload cannot be tested by '${test.type}'`);
      return `position(payload, ${bytesLiteral(test.bytes)}) > 0`;
    case 'tool': return textTest('tool', test);
    case 'label': return textTest(`lower(${tagged.label})`, test);
    case 'role': return textTest(tagged.role, test);
    case 'country': return textTest('country', test, (text) => text.toUpperCase());
    case 'asn': return numberTest('asn', test, 'asn != 0');
    case 'kind': return textTest('kind', test);
    case 'tag':
      if (test.type === 'exists') return `notEmpty(${tagged.tags})`;
      return `arrayExists(one -> ${textTest('lower(one)', test)}, ${tagged.tags})`;
    default: throw new RangeError(`there is no field '${field}'`);
  }
}

const packetOr = (sql: string): string => `(packet = 1 OR ${sql})`;

/** The condition of an expression alone; only {@link conditionOf} leaves this file's area. */
export function compileExpr(expr: Expr, tagged: TaggedFields = OWN_FIELDS): string {
  return foldExpr<string>(expr, {
    all: () => '1',
    and: (items) => `(${items.join(' AND ')})`,
    or: (items) => `(${items.join(' OR ')})`,
    not: (item) => `(NOT ${item})`,
    test: (field, test) => `(${fieldTest(field, test, tagged)})`,
  });
}

/** Organisations of the viewer: none sees nothing. */
export function orgCondition(viewer: Viewer, column = 'org'): string {
  return viewer.orgs.length === 0 ? '0' : `${column} IN (${textList(viewer.orgs)})`;
}

/** `column` within [fromUs, toUs); open ends are left out. */
export function rangeCondition(range: Partial<Range>, column = 'at_us'): string {
  const parts: string[] = [];
  if (range.fromUs !== undefined && range.fromUs !== -Infinity) parts.push(`${column} >= ${timeLiteral(Math.ceil(range.fromUs))}`);
  if (range.toUs !== undefined && range.toUs !== Infinity) parts.push(`${column} < ${timeLiteral(Math.ceil(range.toUs))}`);
  return parts.length === 0 ? '1' : `(${parts.join(' AND ')})`;
}

/** Who asks, when and what, as the WHERE of a question over `observation`. */
export function conditionOf(viewer: Viewer, range: Partial<Range>, expr: Expr, tagged: TaggedFields = OWN_FIELDS): string {
  return `${orgCondition(viewer)} AND ${rangeCondition(range)} AND ${compileExpr(expr, tagged)}`;
}
