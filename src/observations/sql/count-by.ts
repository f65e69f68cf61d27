/**
 * Fields to count by: the SQL of each group's key, and the value it becomes in the answer.
 *
 * Keys are numbers or hexadecimal text on the way out, so that outside bytes never meet the JSON of the engine.
 * @module
 */
import { addressFromBytes, formatAddress } from '../../core/address.ts';
import { BIT } from '../../core/packet-batch.ts';
import { formatPortKey, protoName } from '../../core/ports.ts';
import { formatTime } from '../../core/time.ts';
import type { QueryField } from '../contract.ts';
import { flagText } from '../query/print.ts';
import type { TaggedFields } from './compile.ts';
import { MINUTE_SQL, PORT_KEY_SQL } from './migrations/001-observations.ts';

type Key = string | number;
/** SQL of a key and how to show it. */
export interface Grouping { readonly sql: string; readonly show: (key: Key) => Key }

/** Bytes as text: printable ASCII as it is, a backslash doubled, all else as \xNN. */
export function showBytes(hex: string): string {
  return Buffer.from(hex, 'hex').toString('latin1').replace(/[^\x20-\x7e]|\\/g, (c) => (c === '\\' ? '\\\\' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`));
}

/** Address text of 32 hexadecimal digits; '' of '' (the row has none). */
export function showAddress(hex: string): string {
  return hex === '' ? '' : formatAddress(addressFromBytes(Buffer.from(hex, 'hex')));
}

const plain = (sql: string): Grouping => ({ sql, show: (key) => key });
const tcp = (sql: string): Grouping => ({ sql: `if(packet = 1 AND proto = 6, toInt64(${sql}), -1)`, show: (key) => (key === -1 ? '' : key) });
export const SRC_HEX = `if(bitAnd(ip_bits, ${BIT.notIp}) = 0, hex(src), '')`;
export const DST_HEX = `if(bitAnd(ip_bits, ${BIT.notIp}) = 0 AND (packet = 1 OR dst != toFixedString('', 16)), hex(dst), '')`;

export function groupingOf(field: QueryField, tagged: TaggedFields): Grouping {
  switch (field) {
    case 'at': return { sql: MINUTE_SQL, show: (key) => formatTime(Number(key)) };
    case 'src': return { sql: SRC_HEX, show: (key) => showAddress(String(key)) };
    case 'dst': return { sql: DST_HEX, show: (key) => showAddress(String(key)) };
    case 'port': return { sql: PORT_KEY_SQL, show: (key) => formatPortKey(Number(key)) };
    case 'proto': return { sql: 'proto', show: (key) => protoName(Number(key)) };
    case 'flags': return { sql: 'if(packet = 1 AND proto = 6, toInt32(flags), -1)', show: (key) => (key === -1 ? '' : flagText(Number(key))) };
    case 'window': return tcp('window');
    case 'seq': return tcp('seq');
    case 'payload': return { sql: 'hex(payload)', show: (key) => showBytes(String(key)) };
    case 'label': return plain(`toString(${tagged.label})`);
    case 'role': return plain(`toString(${tagged.role})`);
    case 'tag': return plain(`arrayJoin(if(notEmpty(${tagged.tags}), ${tagged.tags}, ['']))`);
    case 'sport': case 'ttl': case 'ipid': case 'asn': return plain(field);
    case 'org': case 'sensor': case 'region': case 'tool': case 'country': case 'kind': return plain(`toString(${field})`);
  }
}
