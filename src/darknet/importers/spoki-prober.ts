/**
 * Spoki's prober log: what the reactive telescope sent back (through scamper), `|`-separated with a header.
 *
 * Out: `darknet.probe.sent` with the telescope as source and role relay (it is our own traffic, never an indicator); the
 * session (`userid`) joins the raw event it answers. Times are seconds and microseconds since 1970.
 * Source: github.com/inetrg/spoki, tools.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import { SECOND_US } from '../../core/time.ts';
import type { Importer } from '../importer.ts';
import { byColumn, splitCells } from './reading/csv-rows.ts';
import { readTable } from './reading/csv-table.ts';
import { headLines } from './reading/line-reader.ts';
import { addressOf, Fields, observation, portOf, RecordDefect, textOf, wholeOf } from './reading/record.ts';

const NEEDED = ['start sec', 'start usec', 'method', 'userid', 'saddr', 'daddr', 'sport', 'dport'];
/** 9999-12-31, seconds. */
const MAX_SECONDS = 253_402_300_799;

export const spokiProber = {
  name: 'spoki-prober',
  about: 'Spoki prober (scamper) log of a reactive telescope, |-separated (github.com/inetrg/spoki)',
  detect: (head: Uint8Array) => {
    const columns = splitCells(headLines(head, 1)[0] ?? '', '|', false) ?? [];
    return NEEDED.every((name) => columns.includes(name)) ? 1 : 0;
  },
  read: (chunks) => readTable(chunks, { separator: '|', quotes: false, needed: NEEDED }, (columns, cells, line) => {
    const row = byColumn(columns, cells);
    const seconds = wholeOf(row, 'start sec', MAX_SECONDS, -1), micros = wholeOf(row, 'start usec', SECOND_US - 1, -1), src = addressOf(row, 'saddr');
    if (seconds < 0 || micros < 0 || src === '') throw new RecordDefect('expected start sec, start usec and saddr, got a row without');
    return observation({
      kind: 'darknet.probe.sent', atUs: seconds * SECOND_US + micros, line, role: 'relay', src, dst: addressOf(row, 'daddr'), sport: portOf(row, 'sport'), dport: portOf(row, 'dport'),
      proto: textOf(row, 'method').startsWith('tcp') ? PROTO.tcp : textOf(row, 'method').startsWith('udp') ? PROTO.udp : textOf(row, 'method').startsWith('icmp') ? PROTO.icmp : 0,
      session: textOf(row, 'userid'),
      fields: new Fields().add('event.module', 'spoki').add('event.action', 'probe').add('probe.method', textOf(row, 'method')).add('probe.count', wholeOf(row, 'num probes', 0xffff_ffff)).add('network.direction', 'outbound'),
    });
  }),
} as const satisfies Importer;
