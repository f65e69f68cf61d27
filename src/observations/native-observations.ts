/**
 * Observations that are not packets to a block of the table `observation` in Native format.
 *
 * In: checked observations. Out: chunks to write. Cost: some µs a record; these come from log lines, not from the wire.
 * Limits: text is cut at the bounds below; `fields` beyond FIELDS_KEPT bytes of JSON lose their longest values first.
 * @module
 */
import { addressBytes, parseAddress } from '../core/address.ts';
import { splitSensorId } from '../core/ids.ts';
import { BIT, NO_REGION, PAYLOAD_KEPT } from '../core/packet-batch.ts';
import { facetWord, int64s, type BlockFacts } from './native-packets.ts';
import { NativeBlock, TextColumn } from './native-writer.ts';
import { KINDS, type Observation } from './observation.ts';
import { OBSERVATION_COLUMNS } from './sql/migrations/001-observations.ts';

/** Most bytes of `fields` as JSON; the contract of Observation. */
export const FIELDS_KEPT = 65_536;
/** Most characters of a session's id and of a label. */
export const TEXT_KEPT = 256;

const NONE = new Uint8Array(16);
const text = (value: string): string => value.slice(0, TEXT_KEPT);

/** JSON of the fields within FIELDS_KEPT bytes. */
export function fieldsJson(fields: Observation['fields']): string {
  let json = JSON.stringify(fields);
  if (json === '{}') return '';
  const kept: Record<string, string | number> = { ...fields };
  while (Buffer.byteLength(json) > FIELDS_KEPT) {
    const [longest, value] = Object.entries(kept).sort((a, b) => String(b[1]).length - String(a[1]).length)[0] ?? ['', ''];
    if (typeof value === 'string' && value.length > 64) kept[longest] = `${value.slice(0, Math.floor(value.length / 2))}…`;
    else delete kept[longest];
    json = JSON.stringify(kept);
  }
  return json;
}

function words(values: readonly string[]): { words: string[]; index: Uint32Array } {
  const seen = new Map<string, number>(), list: string[] = [], index = new Uint32Array(values.length);
  values.forEach((value, i) => {
    let at = seen.get(value);
    if (at === undefined) { at = list.length; seen.set(value, at); list.push(value); }
    index[i] = at;
  });
  return { words: list, index };
}

/** Chunks of one Native block. `annotate` gives country and AS of a source where known. */
export function encodeObservations(list: readonly Observation[], facts: BlockFacts & { simulated?: boolean }, annotate: (src: string) => { country: string; asn: number }): Uint8Array[] {
  const n = list.length;
  const block = new NativeBlock(OBSERVATION_COLUMNS.length, n);
  const { org } = splitSensorId(facts.sensor);
  const src = new Uint8Array(16 * n), dst = new Uint8Array(16 * n), host = new Uint8Array(8 * n);
  const ipBits = new Uint16Array(n), family = new Uint8Array(n), asn = new Uint32Array(n), countries: string[] = [];
  list.forEach((one, i) => {
    const from = parseAddress(one.src), to = parseAddress(one.dst);
    const bytes = from ? addressBytes(from) : NONE;
    src.set(bytes, 16 * i);
    if (to) dst.set(addressBytes(to), 16 * i);
    const key = from?.family === 4 ? bytes.subarray(8, 16) : bytes.subarray(0, 8);
    for (let k = 0; k < 8; k++) host[8 * i + k] = key[7 - k] ?? 0;
    family[i] = from?.family ?? to?.family ?? 4;
    ipBits[i] = (from ? 0 : BIT.notIp) | (facts.simulated ? BIT.simulated : 0);
    const found = from ? annotate(one.src) : { country: '', asn: 0 };
    countries.push(found.country);
    asn[i] = found.asn;
    if (!Object.hasOwn(KINDS, one.kind)) throw new RangeError(`'${one.kind}' is not a kind of observation`);
  });
  const low = (name: string, values: readonly string[]): void => {
    const { words: dictionary, index } = words(values);
    block.lowCardinality(name, dictionary, index);
  };
  const column = (name: string, type: string, make: (one: Observation, i: number, column: TextColumn) => void): void => {
    const out = new TextColumn(16 * n);
    list.forEach((one, i) => make(one, i, out));
    block.raw(name, type, out.finish());
  };
  const zeros = (name: string, type: string, bytes: number): void => block.raw(name, type, new Uint8Array(bytes * n));
  const u16 = (values: (one: Observation) => number): Uint8Array => new Uint8Array(Uint16Array.from(list, values).buffer);

  block.raw('at_us', 'Int64', int64s(Float64Array.from(list, (one) => Math.floor(one.atUs)), n));
  block.constantText('org', org);
  block.constantText('sensor', facts.sensor);
  block.constantText('region', 'none');
  block.raw('region_index', 'UInt16', new Uint8Array(new Uint16Array(n).fill(NO_REGION).buffer));
  low('kind', list.map((one) => one.kind));
  zeros('packet', 'UInt8', 1);
  block.raw('family', 'UInt8', family);
  block.raw('src', 'FixedString(16)', src);
  block.raw('dst', 'FixedString(16)', dst);
  block.raw('host', 'UInt64', host);
  block.raw('proto', 'UInt8', Uint8Array.from(list, (one) => one.proto));
  block.raw('sport', 'UInt16', u16((one) => one.sport));
  block.raw('dport', 'UInt16', u16((one) => one.dport));
  zeros('ttl', 'UInt8', 1);
  zeros('ipid', 'UInt32', 4);
  block.raw('ip_bits', 'UInt16', new Uint8Array(ipBits.buffer));
  zeros('flags', 'UInt16', 2);
  zeros('seq', 'UInt32', 4);
  zeros('ack', 'UInt32', 4);
  zeros('window', 'UInt16', 2);
  zeros('options_key', 'UInt32', 4);
  zeros('ip_len', 'UInt32', 4);
  block.raw('payload_len', 'UInt32', new Uint8Array(Uint32Array.from(list, (one) => one.payload?.length ?? 0).buffer));
  column('payload', 'String', (one, _, out) => { if (one.payload) out.add(one.payload, 0, Math.min(one.payload.length, PAYLOAD_KEPT)); else out.empty(); });
  column('options', 'String', (_one, _, out) => out.empty());
  column('inner', 'String', (_one, _, out) => out.empty());
  low('tool', list.map(() => ''));
  low('label', list.map((one) => text(one.label)));
  low('role', list.map((one) => one.role));
  low('facet', list.map((one) => facetWord(one.kind, '', '', one.role)));
  low('country', countries);
  block.raw('asn', 'UInt32', new Uint8Array(asn.buffer));
  column('session', 'String', (one, _, out) => out.addText(text(one.session)));
  column('fields', 'String', (one, _, out) => out.addText(fieldsJson(one.fields)));
  zeros('tags', 'Array(String)', 8);
  block.constantText('source', facts.content);
  block.raw('record', 'UInt64', int64s(Float64Array.from(list, (one) => one.line), n));
  block.constantInt64('ingested_us', facts.ingestedUs);
  return block.chunks;
}
