/**
 * The fields that expressions may name: type, domain, letter case, closed vocabulary, aliases.
 *
 * {@link OBSERVATION_FIELDS} covers QUERY_FIELDS of the store's contract; {@link FINDING_FIELDS} is for `noroshi findings`.
 * Aliases are names that analysts bring from Arkime (`ip.src`), Elastic Common Schema (`source.ip`) and Wireshark
 * (`tcp.flags`), where they mean exactly one of our fields. `ip` alone means source or destination.
 * @module
 */
import { LABELS, ROLES, TOOLS } from '../../core/vocabulary.ts';
import { FIELD_ABOUT } from './field-notes.ts';
import { QUERY_FIELDS, type QueryField } from '../contract.ts';
import { KINDS } from '../observation.ts';

/** How values of a field are written and compared. */
export type FieldType =
  | 'time' | 'integer' | 'asn' | 'real' | 'port' | 'proto' | 'address' | 'word' | 'country' | 'flags' | 'payload';

export interface FieldSpec {
  readonly name: string;
  readonly type: FieldType;
  /** One line for completions and the documentation. */
  readonly about: string;
  /** Smallest and largest value of numeric types. */
  readonly min: number;
  readonly max: number;
  /** Known values of a `word` field, for completions. */
  readonly values?: readonly string[];
  /** Whether `values` are all there can be: a word outside is then an error with a suggestion. */
  readonly closed: boolean;
  readonly aliases: readonly string[];
}

/** A set of fields by name, and their aliases. */
export interface FieldSet {
  readonly fields: ReadonlyMap<string, FieldSpec>;
  /** Alias (lower case) → names; two names mean "either". */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
}

const U32 = 0xffff_ffff;
const spec = (name: string, type: FieldType, aliases: readonly string[], bounds: readonly [number, number] = [0, 0], values?: readonly string[]): FieldSpec => ({
  name, type, about: FIELD_ABOUT[name] ?? '', min: bounds[0], max: bounds[1], aliases, closed: values !== undefined, ...(values ? { values } : {}),
});

const PORT: readonly [number, number] = [0, 65_535];
/** Times that integer microseconds hold exactly in a double: 1684 – 2255. */
const TIME: readonly [number, number] = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

const SPECS: Readonly<Record<QueryField, FieldSpec>> = {
  at: spec('at', 'time', ['time', 'timestamp', '@timestamp', 'starttime'], TIME),
  org: spec('org', 'word', ['organisation', 'organization', 'organization.id']),
  sensor: spec('sensor', 'word', ['node', 'observer.name']),
  region: spec('region', 'word', []),
  src: spec('src', 'address', ['ip.src', 'source.ip', 'source', 'src_ip', 'srcip', 'host.src']),
  dst: spec('dst', 'address', ['ip.dst', 'destination.ip', 'destination', 'dest', 'dst_ip', 'dest_ip', 'dstip', 'host.dst']),
  sport: spec('sport', 'port', ['port.src', 'source.port', 'src_port', 'srcport', 'tcp.srcport', 'udp.srcport'], PORT),
  port: spec('port', 'port', ['port.dst', 'destination.port', 'dport', 'dst_port', 'dest_port', 'dstport', 'tcp.dstport', 'udp.dstport'], PORT),
  proto: spec('proto', 'proto', ['protocol', 'ip.protocol', 'ip.proto', 'network.transport', 'network.iana_number'], [0, 255]),
  ttl: spec('ttl', 'integer', ['ip.ttl', 'ttl.src'], [0, 255]),
  ipid: spec('ipid', 'integer', ['ip.id', 'ip_id'], [0, U32]),
  window: spec('window', 'integer', ['tcp.window', 'tcp.window_size'], PORT),
  flags: spec('flags', 'flags', ['tcp.flags', 'tcpflags'], [0, 0xfff]),
  seq: spec('seq', 'integer', ['tcp.seq', 'seqno'], [0, U32]),
  payload: spec('payload', 'payload', ['data', 'payload.src', 'tcp.payload', 'udp.payload']),
  tool: spec('tool', 'word', [], [0, 0], TOOLS.filter((word) => word !== '')),
  // Log lines carry the name that their tool gave (a client's banner, a stack): any word may stand here.
  label: { ...spec('label', 'word', [], [0, 0], LABELS), closed: false },
  role: spec('role', 'word', [], [0, 0], ROLES),
  country: spec('country', 'country', ['country.src', 'source.geo.country_iso_code', 'geo.country', 'cc']),
  asn: spec('asn', 'asn', ['as', 'asn.src', 'source.as.number'], [0, U32]),
  kind: spec('kind', 'word', [], [0, 0], Object.keys(KINDS)),
  tag: spec('tag', 'word', ['tags']),
};

/** Builds a set; two fields of one name or alias are our own fault. */
export function fieldSet(specs: readonly FieldSpec[], either: Readonly<Record<string, readonly string[]>> = {}): FieldSet {
  const fields = new Map<string, FieldSpec>();
  const aliases = new Map<string, readonly string[]>();
  const claim = (alias: string, names: readonly string[]) => {
    if (aliases.has(alias) || fields.has(alias)) throw new RangeError(`field name '${alias}' is taken`);
    aliases.set(alias, names);
  };
  for (const one of specs) {
    if (fields.has(one.name)) throw new RangeError(`field '${one.name}' is named twice`);
    fields.set(one.name, one);
  }
  for (const one of specs) for (const alias of one.aliases) claim(alias, [one.name]);
  for (const [alias, names] of Object.entries(either)) claim(alias, names);
  return { fields, aliases };
}

/** Fields of observations: what `query`, Explore, saved views and the API take. */
export const OBSERVATION_FIELDS: FieldSet = fieldSet(QUERY_FIELDS.map((name) => SPECS[name]), { ip: ['src', 'dst'], host: ['src', 'dst'] });

/** Fields of findings: what `noroshi findings EXPRESSION` and the queue take. `at` is the time of the first alarm. */
export const FINDING_FIELDS: FieldSet = fieldSet([
  spec('name', 'word', ['finding']),
  spec('engine', 'word', []),
  spec('subject', 'word', []),
  spec('state', 'word', [], [0, 0], ['open', 'true', 'benign', 'false', 'snoozed']),
  spec('score', 'real', ['confidence'], [0, 1]),
  spec('severity', 'integer', [], [1, 5]),
  spec('sources', 'integer', ['hosts'], [0, Number.MAX_SAFE_INTEGER]),
  ...(['at', 'org', 'sensor', 'src', 'port', 'role', 'tool', 'country', 'tag'] as const).map((name) => SPECS[name]),
]);
