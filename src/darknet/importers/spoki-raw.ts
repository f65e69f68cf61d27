/**
 * Spoki's raw events: every TCP packet that a reactive telescope saw or sent, `|`-separated with a header.
 *
 * Out: `darknet.packet.logged` with `ttl ipid window flags seq ack` as fields and the start of the payload. Rows that Spoki
 * answered carry `probe.method` and join the prober's log by session (its `userid`).
 * A host that is itself the telescope logs its own traffic too. It is recognised in the first SETTLE_ROWS rows: an end of
 * more than half of them, whose own packets nearly all still have an initial TTL (64, 128, 255), as only a sender sees them.
 * What it sent has role relay and `network.direction` outbound. Only an opening SYN makes a scanner; other packets are
 * answers or backscatter and stay unknown.
 * Source: Hiesgen et al., "Spoki: Unveiling a New Wave of Scanners through a Reactive Network Telescope", USENIX Security 2022;
 * github.com/inetrg/spoki, tools. Times are milliseconds since 1970.
 * Memory: SETTLE_ROWS rows, at most SETTLE_BYTES, until the own host is known.
 * @module
 */
import { PAYLOAD_KEPT, PROTO, TCP } from '../../core/packet-batch.ts';
import type { Observation } from '../../observations/observation.ts';
import type { Imported, Importer } from '../importer.ts';
import { byColumn, splitCells } from './reading/csv-rows.ts';
import { readTable } from './reading/csv-table.ts';
import { headLines } from './reading/line-reader.ts';
import { addressOf, Fields, hexPayload, observation, own, portOf, protoOf, RecordDefect, textOf, wholeOf, type JsonObject } from './reading/record.ts';

const NEEDED = ['ts', 'saddr', 'daddr', 'ttl', 'proto', 'sport', 'dport', 'anum', 'snum', 'syn', 'ack', 'rst', 'fin'];
const SETTLE_ROWS = 1_000;
const SETTLE_BYTES = 4 << 20;
/** Share of a host's packets that must have an initial TTL for it to be the sender's own log. */
const INITIAL_TTL_RATIO = 0.9;
const INITIAL_TTLS = new Set([64, 128, 255]);
const U32 = 0xffff_ffff;

export const spokiRaw = {
  name: 'spoki-raw',
  about: 'Spoki raw events of a reactive telescope, |-separated (github.com/inetrg/spoki)',
  detect: (head: Uint8Array) => {
    const columns = splitCells(headLines(head, 1)[0] ?? '', '|', false) ?? [];
    return NEEDED.every((name) => columns.includes(name)) ? 1 : 0;
  },
  async *read(chunks) {
    let waiting: Imported[] | null = [], bytes = 0, own_ = '';
    for await (const one of readTable(chunks, { separator: '|', quotes: false, needed: NEEDED }, (columns, cells, line) => packet(byColumn(columns, cells), line))) {
      if (waiting === null) { yield directed(one, own_); continue; }
      waiting.push(one);
      bytes += one.kind === 'defect' ? 300 : 600 + (one.observation.payload?.length ?? 0);
      if (waiting.length < SETTLE_ROWS && bytes < SETTLE_BYTES) continue;
      own_ = ownHost(waiting);
      for (const early of waiting) yield directed(early, own_);
      waiting = null;
    }
    if (waiting === null) return;
    own_ = ownHost(waiting);
    for (const early of waiting) yield directed(early, own_);
  },
} as const satisfies Importer;

function packet(row: JsonObject, line: number): Observation {
  const ts = textOf(row, 'ts');
  if (!/^\d{1,13}$/.test(ts)) throw new RecordDefect(`expected 'ts' to be milliseconds since 1970, got '${ts.slice(0, 40)}'`);
  const src = addressOf(row, 'saddr');
  if (src === '') throw new RecordDefect("expected 'saddr', got nothing");
  const flag = (name: string, bit: number) => (wholeOf(row, name, 1) === 1 ? bit : 0);
  const flags = flag('syn', TCP.syn) | flag('ack', TCP.ack) | flag('rst', TCP.rst) | flag('fin', TCP.fin);
  const proto = protoOf(textOf(row, 'proto'));
  const fields = new Fields().add('event.module', 'spoki').add('event.action', 'packet').add('ttl', wholeOf(row, 'ttl', 255)).add('ipid', wholeOf(row, 'ipid', 65_535));
  if (proto === PROTO.tcp) {
    fields.add('flags', flags).add('seq', wholeOf(row, 'snum', U32)).add('ack', wholeOf(row, 'anum', U32)).add('window', wholeOf(row, 'window size', 65_535)).add('tcp.options', textOf(row, 'options'));
  }
  const hex = textOf(row, 'payload');
  if (hex.length % 2 !== 0 || (hex !== '' && !/^[0-9a-fA-F]+$/.test(hex))) throw new RecordDefect("expected 'payload' in hexadecimal, got other text");
  if (hex.length > 2 * PAYLOAD_KEPT) fields.add('payload.bytes', hex.length / 2);
  if (own(row, 'probed') === 'true') fields.add('probe.method', textOf(row, 'method')).add('probe.count', wholeOf(row, 'num probes', U32));
  return observation({
    kind: 'darknet.packet.logged', atUs: Number(ts) * 1000, line, role: proto === PROTO.tcp && flags === TCP.syn ? 'scanner' : 'unknown', src, dst: addressOf(row, 'daddr'),
    sport: portOf(row, 'sport'), dport: portOf(row, 'dport'), proto, session: textOf(row, 'userid'), payload: hexPayload(hex), fields,
  });
}

/** The telescope's own address if the rows show that it is a host that logs itself, else ''. */
function ownHost(rows: readonly Imported[]): string {
  const ends = new Map<string, { rows: number; sent: number; initial: number }>();
  let total = 0;
  for (const row of rows) {
    if (row.kind !== 'observation') continue;
    const { src, dst, fields } = row.observation;
    total++;
    for (const address of src === dst ? [src] : [src, dst]) {
      const end = ends.get(address) ?? { rows: 0, sent: 0, initial: 0 };
      end.rows++;
      if (address === src) {
        end.sent++;
        if (INITIAL_TTLS.has(fields['ttl'] as number)) end.initial++;
      }
      ends.set(address, end);
    }
  }
  let own_ = '', most = total / 2;
  for (const [address, end] of ends) {
    if (end.rows > most && end.rows > end.sent && end.sent > 0 && end.initial >= INITIAL_TTL_RATIO * end.sent) { own_ = address; most = end.rows; }
  }
  return own_;
}

function directed(row: Imported, own_: string): Imported {
  if (row.kind === 'defect' || own_ === '') return row;
  const seen = row.observation;
  const direction = seen.src === own_ ? 'outbound' : seen.dst === own_ ? 'inbound' : 'external';
  return { kind: 'observation', observation: { ...seen, role: direction === 'outbound' ? 'relay' : seen.role, fields: { ...seen.fields, 'network.direction': direction } } };
}
