/**
 * Features of SSH and Telnet sessions, one a row, as derived from Cowrie logs (UQO ml_ids and like tables).
 *
 * In: CSV with `session_id,start_time,…,src_ip,src_port,dst_port,protocol,…,label`. Label 1 marks a legitimate session, whose
 * role stays unknown; others attack if they tried to log in, else scan. A row without start or source is a defect.
 * Out: `honeypot.session.seen`.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import type { Importer } from '../importer.ts';
import { byColumn, splitCells } from './reading/csv-rows.ts';
import { readTable } from './reading/csv-table.ts';
import { headLines } from './reading/line-reader.ts';
import { addressOf, Fields, observation, portOf, RecordDefect, textOf, timeOf } from './reading/record.ts';

const NEEDED = ['session_id', 'start_time', 'src_ip', 'login_success', 'login_failed'];

export const cowrieSessions = {
  name: 'cowrie-sessions',
  about: 'Session features derived from Cowrie logs, CSV (github.com/UQO-Biolab/ml_ids)',
  detect: (head: Uint8Array) => {
    const columns = splitCells(headLines(head, 1)[0] ?? '', ',', true) ?? [];
    return NEEDED.every((name) => columns.includes(name)) ? 1 : 0;
  },
  read: (chunks, options) => readTable(chunks, { separator: ',', quotes: true, needed: NEEDED }, (columns, cells, line) => {
    const row = byColumn(columns, cells);
    const src = addressOf(row, 'src_ip');
    if (src === '') throw new RecordDefect("expected 'src_ip', got nothing");
    const tried = Number(textOf(row, 'login_success')) + Number(textOf(row, 'login_failed')) > 0;
    const legitimate = textOf(row, 'label') === '1', duration = Number(textOf(row, 'duration'));
    const fields = new Fields().add('event.module', 'cowrie').add('event.action', 'session').add('network.protocol', textOf(row, 'protocol'));
    if (textOf(row, 'duration') !== '' && duration >= 0) fields.add('event.duration', Math.round(duration * 1e9));
    for (const name of ['end_time', 'total_connexion', 'login_success', 'login_failed', 'avg_time_between_failed', 'is_business_hours', 'label']) {
      const value = textOf(row, name);
      fields.add(`session.${name}`, /^\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value);
    }
    return observation({
      kind: 'honeypot.session.seen', atUs: timeOf(row, 'start_time', options), line, role: legitimate ? 'unknown' : tried ? 'attacker' : 'scanner', src,
      sport: portOf(row, 'src_port'), dport: portOf(row, 'dst_port'), proto: PROTO.tcp, session: textOf(row, 'session_id'), fields,
    });
  }),
} as const satisfies Importer;
