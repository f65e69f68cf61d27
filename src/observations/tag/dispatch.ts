/**
 * Which packets a rule needs to look at: one pass a field finds the candidates of all rules that fix a value of it.
 *
 * In: rules with conditions. Out: for each rule a *key*: a condition that fixes one field of at most 16 bits to a set of values
 * (`eq`, `in`, `bits` over a plain field, or the length of the options). Rules with the same class and field share a table from
 * value to bucket (a bucket = one set of rules), and one counting sort of the class gives every rule its candidates.
 * Shapes: table Uint8Array(65,536); sorted Uint16Array(65,536), bucket b at [ends[b-1], ends[b]).
 * Cost: about 2 ns a packet and field, whatever the number of rules; without it each rule costs that.
 * @module
 */
import { BATCH_CAPACITY, type PacketBatch } from '../../core/packet-batch.ts';
import { ttlOrigin } from './compile.ts';
import { optionPattern, type Condition, type RuleField } from './expression.ts';

/** A field that a key may fix, as a batch keeps it. */
type KeyField = Exclude<RuleField, 'src' | 'dst' | 'seq' | 'ack' | 'payloadLen' | 'ttlOrigin'>;
const KEY_FIELDS: ReadonlySet<RuleField> = new Set<RuleField>(['proto', 'sport', 'dport', 'ttl', 'ttlOrigin', 'ipid', 'ipBits', 'flags', 'window', 'ipLen', 'optLen', 'payKept']);

export interface Key {
  readonly field: KeyField;
  readonly values: ReadonlySet<number>;
  /** Number of the condition it stands for; that need not be looked at again unless `partial`. */
  readonly condition: number;
  readonly partial: boolean;
}

/** The first condition that can be a key, or null. */
export function keyOf(conditions: readonly Condition[]): Key | null {
  for (let c = 0; c < conditions.length; c++) {
    const condition = conditions[c] as Condition;
    if ('options' in condition) return { field: 'optLen', values: new Set([optionPattern(condition.options).bytes.length]), condition: c, partial: condition.options !== 'none' };
    const [field, test] = 'eq' in condition && typeof condition.eq[1] === 'number' ? [condition.eq[0], (v: number) => v === condition.eq[1]]
      : 'in' in condition ? [condition.in[0], (v: number) => condition.in[1].includes(v)]
      : 'bits' in condition ? [condition.bits[0], (v: number) => ((v & condition.bits[1]) >>> 0) === condition.bits[2]]
      : [null, () => false];
    if (typeof field !== 'string' || !KEY_FIELDS.has(field)) continue;
    const values = new Set<number>();
    const most = field === 'ttl' || field === 'ttlOrigin' || field === 'proto' || field === 'optLen' ? 256 : 65_536;
    for (let v = 0; v < most; v++) if (test(field === 'ttlOrigin' ? ttlOrigin(v) : v)) values.add(v);
    // Fields wider than 16 bits are keyed only by values that fit.
    if (field === 'ipLen' && 'bits' in condition) continue;
    return { field: field === 'ttlOrigin' ? 'ttl' : field as KeyField, values, condition: c, partial: false };
  }
  return null;
}

/** Whether a condition can only hold for a packet with captured payload. */
export function needsPayload(condition: Condition): boolean {
  if ('payload' in condition || 'contains' in condition) return true;
  if ('any' in condition) return condition.any.every(needsPayload);
  return 'all' in condition && condition.all.some(needsPayload);
}

/** Candidates of several rules that key on one field. */
export interface Dispatcher {
  /** For each bucket, the numbers of its rules. */
  readonly rulesOf: readonly (readonly number[])[];
  /** Sorts packets `list[0 .. n)` into buckets; afterwards bucket b is `sorted[ends[b-1] .. ends[b])` (ends[-1] = 0). */
  sort(batch: PacketBatch, list: Uint16Array, n: number): void;
  readonly sorted: Uint16Array;
  readonly ends: Uint32Array;
}

/** `keys[k]` is the key of rule number `rules[k]`; all on `field`. */
export function dispatcher(field: KeyField, keys: readonly { readonly rule: number; readonly values: ReadonlySet<number> }[]): Dispatcher {
  const table = new Uint8Array(65_536), numbers = new Map<string, number>();
  const rulesOf: number[][] = [];
  const setOf = new Map<number, number[]>();
  for (const { rule, values } of keys) for (const value of values) {
    const set = setOf.get(value);
    if (set) set.push(rule);
    else setOf.set(value, [rule]);
  }
  for (const [value, set] of setOf) {
    const name = set.join();
    let bucket = numbers.get(name);
    if (bucket === undefined) {
      bucket = rulesOf.push(set);
      if (bucket > 255) throw new RangeError(`rules on '${field}' fall into more than 255 groups`);
      numbers.set(name, bucket);
    }
    table[value] = bucket;
  }
  const found = new Uint16Array(BATCH_CAPACITY), buckets = new Uint8Array(BATCH_CAPACITY);
  const sorted = new Uint16Array(BATCH_CAPACITY), ends = new Uint32Array(rulesOf.length), cursor = new Uint32Array(rulesOf.length), counts = new Uint32Array(rulesOf.length + 1);
  const only = setOf.size === 1 ? setOf.keys().next().value as number : -1;
  return {
    rulesOf, sorted, ends,
    sort(batch, list, n) {
      const column = batch[field];
      if (only >= 0) {
        // One value in all: no table, no sorting.
        ends[0] = column instanceof Uint16Array ? equal16(column, only, list, n, sorted) : column instanceof Uint8Array ? equal8(column, only, list, n, sorted) : equal32(column, only, list, n, sorted);
        return;
      }
      const count = column instanceof Uint16Array ? candidates16(column, table, list, n, found, buckets)
        : column instanceof Uint8Array ? candidates8(column, table, list, n, found, buckets) : candidates32(column, table, list, n, found, buckets);
      ends.fill(0);
      if (count === 0) return;
      counts.fill(0);
      for (let k = 0; k < count; k++) { const bucket = buckets[k] as number; counts[bucket] = (counts[bucket] as number) + 1; }
      for (let b = 0, sum = 0; b < ends.length; b++) { cursor[b] = sum; sum += counts[b + 1] as number; ends[b] = sum; }
      for (let k = 0; k < count; k++) {
        const b = (buckets[k] as number) - 1, at = cursor[b] as number;
        sorted[at] = found[k] as number;
        cursor[b] = at + 1;
      }
    },
  };
}

/**
 * Lists the packets whose value has a bucket; without branches: a packet of no bucket is written, and overwritten by the next.
 * Three copies, so that each loop sees one kind of array (measured: one loop over all three takes three times as long).
 */
function candidates8(column: Uint8Array, table: Uint8Array, list: Uint16Array, n: number, found: Uint16Array, buckets: Uint8Array): number {
  let count = 0;
  for (let k = 0; k < n; k++) {
    const i = list[k] as number, bucket = table[column[i] as number] as number;
    found[count] = i; buckets[count] = bucket; count += (bucket + 255) >>> 8;
  }
  return count;
}
function candidates16(column: Uint16Array, table: Uint8Array, list: Uint16Array, n: number, found: Uint16Array, buckets: Uint8Array): number {
  let count = 0;
  for (let k = 0; k < n; k++) {
    const i = list[k] as number, bucket = table[column[i] as number] as number;
    found[count] = i; buckets[count] = bucket; count += (bucket + 255) >>> 8;
  }
  return count;
}
function candidates32(column: Uint32Array, table: Uint8Array, list: Uint16Array, n: number, found: Uint16Array, buckets: Uint8Array): number {
  let count = 0;
  for (let k = 0; k < n; k++) {
    const i = list[k] as number, value = column[i] as number, bucket = value < 65_536 ? table[value] as number : 0;
    found[count] = i; buckets[count] = bucket; count += (bucket + 255) >>> 8;
  }
  return count;
}

function equal8(column: Uint8Array, value: number, list: Uint16Array, n: number, out: Uint16Array): number {
  let count = 0;
  for (let k = 0; k < n; k++) { const i = list[k] as number; if (column[i] === value) out[count++] = i; }
  return count;
}
function equal16(column: Uint16Array, value: number, list: Uint16Array, n: number, out: Uint16Array): number {
  let count = 0;
  for (let k = 0; k < n; k++) { const i = list[k] as number; if (column[i] === value) out[count++] = i; }
  return count;
}
function equal32(column: Uint32Array, value: number, list: Uint16Array, n: number, out: Uint16Array): number {
  let count = 0;
  for (let k = 0; k < n; k++) { const i = list[k] as number; if (column[i] === value) out[count++] = i; }
  return count;
}
