/**
 * Our rows of a capture against tshark's lines, frame by frame, field by field.
 *
 * The outermost IP packet is compared: the first `ip` or `ipv6` in `frame.protocols`, its addresses, and the transport that
 * follows it directly (behind extension headers for IPv6); never what a tunnel or an ICMP error carries.
 * @module
 */
import { formatAddressAt } from '../../src/core/address.ts';
import { BIT, type PacketBatch } from '../../src/core/packet-batch.ts';
import { decompressed, fileBytes } from '../../src/darknet/byte-source.ts';
import { readCapture } from '../../src/darknet/capture-reader.ts';
import { optionMss, optionWindowScale, parseTcpOptions } from '../../src/wire/tcp-options.ts';
import { FIELDS, type Field } from './tshark-fields.ts';

/** One field of one frame that differs; frames count from 1. */
export interface Difference { readonly frame: number; readonly field: string; readonly ours: string; readonly theirs: string; readonly protocols: string }

/** Fields that are compared, by our names. */
export type Seen = Record<string, string>;

const INDEX: ReadonlyMap<Field, number> = new Map(FIELDS.map((field, i) => [field, i]));
/** Names in `frame.protocols` that continue an IPv6 header chain. */
const CHAIN = new Set(['ipv6.hopopts', 'ipv6.routing', 'ipv6.fraghdr', 'ipv6.dstopts', 'ah']);
const TRANSPORTS = new Set(['tcp', 'udp', 'udplite', 'icmp', 'icmpv6', 'sctp', 'dccp']);

/** Every frame of a capture as we read it, in record order. */
export async function ourFrames(path: string): Promise<{ frames: Seen[]; defects: { reason: string; line: number; endsAt: number | null }[] }> {
  const frames: Seen[] = [], defects: { reason: string; line: number; endsAt: number | null }[] = [];
  for await (const event of readCapture(decompressed(fileBytes(path)), { sensor: 'local/oracle', path })) {
    if (event.kind === 'defect') defects.push({ reason: event.defect.reason, line: event.defect.line, endsAt: event.endsAt });
    if (event.kind !== 'slice') continue;
    for (const batch of event.batches) for (let i = 0; i < batch.n; i++) frames[batch.record[i] as number] = rowOf(batch, i);
  }
  return { frames, defects };
}

function rowOf(batch: PacketBatch, i: number): Seen {
  const bits = batch.ipBits[i] as number, proto = batch.proto[i] as number;
  const seen: Seen = { at: String(batch.atUs[i]) };
  if (bits & BIT.notIp) return { ...seen, ip: '-' };
  seen['ip'] = String(batch.family);
  seen['src'] = formatAddressAt(batch.family, batch.src, i);
  seen['dst'] = formatAddressAt(batch.family, batch.dst, i);
  seen['ttl'] = String(batch.ttl[i]);
  seen['ipid'] = String(batch.ipid[i]);
  seen['proto'] = String(proto);
  seen['ipLen'] = String(batch.ipLen[i]);
  seen['laterFragment'] = String((bits & BIT.laterFragment) !== 0);
  seen['moreFragments'] = String((bits & BIT.moreFragments) !== 0);
  if (batch.family === 4) {
    seen['dontFragment'] = String((bits & BIT.dontFragment) !== 0);
    seen['reserved'] = String((bits & BIT.reserved) !== 0);
    seen['badIpChecksum'] = String((bits & BIT.badIpChecksum) !== 0);
  }
  if ((bits & BIT.hasTransport) === 0) return seen;
  seen['sport'] = String(batch.sport[i]);
  seen['dport'] = String(batch.dport[i]);
  if ((bits & (BIT.cut | BIT.malformed)) !== 0) seen['partial'] = 'true';
  if (proto === 6) {
    const at = batch.optOff[i] as number, len = batch.optLen[i] as number;
    seen['seq'] = String(batch.seq[i]);
    seen['ack'] = String(batch.ack[i]);
    seen['flags'] = String(batch.flags[i]);
    seen['window'] = String(batch.window[i]);
    seen['options'] = Buffer.from(batch.raw.subarray(at, at + len)).toString('hex');
    seen['optionKinds'] = parseTcpOptions(batch.raw, at, len).options.map((o) => o.kind).join(',');
    seen['mss'] = String(optionMss(batch.raw, at, len));
    seen['scale'] = String(optionWindowScale(batch.raw, at, len));
    seen['payloadLen'] = String(batch.payloadLen[i]);
  }
  if ((bits & (BIT.cut | BIT.malformed | BIT.moreFragments)) === 0) seen['badChecksum'] = String((bits & BIT.badChecksum) !== 0);
  return seen;
}

/** tshark's line in our words. */
export function theirFrame(line: string): { seen: Seen; protocols: string; malformed: boolean } {
  const columns = line.split('\t');
  const all = (field: Field): string => columns[INDEX.get(field) as number] ?? '';
  const first = (field: Field): string => { const text = all(field), comma = text.indexOf(','); return comma < 0 ? text : text.slice(0, comma); };
  const protocols = all('frame.protocols');
  const names = protocols.split(':');
  const seen: Seen = { at: epochUs(all('frame.time_epoch')) };
  const malformed = all('_ws.malformed') !== '';
  let ipAt = names.findIndex((name) => name === 'ip' || name === 'ipv6');
  // Version 6 behind the EtherType of IPv4: Wireshark's IPv4 hands it on.
  if (names[ipAt] === 'ip' && names[ipAt + 1] === 'ipv6' && first('ip.src') === '') ipAt++;
  const family = names[ipAt] === 'ip' ? 4 : 6;
  if (ipAt < 0 || first(family === 4 ? 'ip.src' : 'ipv6.src') === '') return { seen: { ...seen, ip: '-' }, protocols, malformed };
  const put = (name: string, text: string): void => { if (text !== '') seen[name] = text; };
  seen['ip'] = String(family);
  let next = ipAt + 1;
  if (family === 4) {
    const flags = Number(first('ip.flags'));
    put('src', first('ip.src'));
    put('dst', first('ip.cur_rt') || first('ip.dst'));
    put('ttl', first('ip.ttl'));
    put('ipid', number(first('ip.id')));
    put('proto', first('ip.proto'));
    put('ipLen', first('ip.len'));
    put('laterFragment', String(Number(first('ip.frag_offset')) > 0));
    put('moreFragments', String((flags & 1) !== 0));
    put('dontFragment', String((flags & 2) !== 0));
    put('reserved', String((flags & 4) !== 0));
    put('badIpChecksum', status(first('ip.checksum.status')));
  } else {
    put('src', first('ipv6.src'));
    put('dst', first('ipv6.dst'));
    put('ttl', first('ipv6.hlim'));
    let proto = first('ipv6.nxt'), fragment = false;
    const used = new Map<Field, number>();
    const chained = (field: Field): string => {
      const k = used.get(field) ?? 0;
      used.set(field, k + 1);
      return all(field).split(',')[k] || proto; // a header that is cut names no next one
    };
    for (; CHAIN.has(names[next] ?? ''); next++) {
      switch (names[next]) {
        case 'ipv6.hopopts': proto = chained('ipv6.hopopts.nxt'); break;
        case 'ipv6.routing': proto = chained('ipv6.routing.nxt'); break;
        case 'ipv6.dstopts': proto = chained('ipv6.dstopts.nxt'); break;
        case 'ipv6.fraghdr': proto = chained('ipv6.fraghdr.nxt'); fragment = true; break;
        case 'ah': proto = chained('ah.next_header'); break;
      }
    }
    put('proto', proto);
    put('ipid', fragment ? number(first('ipv6.fraghdr.ident')) || '0' : '0');
    put('laterFragment', String(fragment && Number(first('ipv6.fraghdr.offset')) > 0));
    put('moreFragments', String(fragment && /^(1|True)/.test(first('ipv6.fraghdr.more'))));
    const plen = first('ipv6.plen');
    if (plen !== '') put('ipLen', String(40 + Number(plen)));
  }
  const transport = names[next] ?? '';
  if (!TRANSPORTS.has(transport)) return { seen, protocols, malformed };
  switch (transport) {
    case 'tcp': {
      put('sport', first('tcp.srcport'));
      put('dport', first('tcp.dstport'));
      put('seq', first('tcp.seq_raw'));
      put('ack', first('tcp.ack_raw'));
      put('flags', number(first('tcp.flags')));
      put('window', first('tcp.window_size_value'));
      put('badChecksum', status(first('tcp.checksum.status')));
      if (seen['window'] !== undefined) {
        seen['options'] = first('tcp.options');
        // Wireshark lists every zero behind the end of the list; we stop at the first, as RFC 9293 does.
        seen['optionKinds'] = all('tcp.option_kind').replace(/(^|,)0(,.*)?$/, '$10');
        seen['mss'] = first('tcp.options.mss_val') || '-1';
        seen['scale'] = first('tcp.options.wscale.shift') || '-1';
        put('payloadLen', first('tcp.len'));
      }
      break;
    }
    case 'udp': case 'udplite':
      put('sport', first('udp.srcport'));
      put('dport', first('udp.dstport'));
      put('badChecksum', status(first('udp.checksum.status')));
      break;
    case 'sctp': put('sport', first('sctp.srcport')); put('dport', first('sctp.dstport')); break;
    case 'dccp': put('sport', first('dccp.srcport')); put('dport', first('dccp.dstport')); break;
    case 'icmp': put('sport', first('icmp.type')); put('dport', first('icmp.code')); put('badChecksum', status(first('icmp.checksum.status'))); break;
    case 'icmpv6': put('sport', first('icmpv6.type')); put('dport', first('icmpv6.code')); put('badChecksum', status(first('icmpv6.checksum.status'))); break;
  }
  return { seen, protocols, malformed };
}

/** Wireshark's checksum states: 0 bad, 1 good, 2 not verified, 3 none. */
function status(text: string): string {
  return text === '0' ? 'true' : text === '1' ? 'false' : '';
}

function number(text: string): string {
  return text === '' ? '' : String(Number(text));
}

/** Seconds with nine decimals to whole microseconds, rounded down. */
function epochUs(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return text;
  const nanoseconds = BigInt(match[2] as string) * 1_000_000_000n + BigInt((match[3] ?? '').padEnd(9, '0').slice(0, 9));
  const signed = match[1] === '-' ? -nanoseconds : nanoseconds;
  const floor = signed / 1000n - (signed % 1000n < 0n ? 1n : 0n);
  return String(floor);
}

/** What stands behind the ports of a TCP header. */
const TCP_REST = new Set(['seq', 'ack', 'flags', 'window', 'options', 'optionKinds', 'mss', 'scale', 'payloadLen']);

/** Fields of one frame that differ, or that only one side has. Left out: what one of the two did not verify or does not say at all. */
export function differences(frame: number, ours: Seen, line: string): Difference[] {
  const { seen: theirs, protocols } = theirFrame(line);
  const out: Difference[] = [];
  for (const field of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const a = ours[field], b = theirs[field];
    if (a === b || field === 'partial') continue;
    if (field === 'badChecksum' && (a === undefined || b === undefined)) continue;
    if (field === 'payloadLen' && ours['moreFragments'] === 'true' && b === undefined) continue;
    if (TCP_REST.has(field) && ours['partial'] === 'true' && theirs['window'] === undefined) continue; // of a cut header tshark tells the ports only
    out.push({ frame, field, ours: a ?? '(none)', theirs: b ?? '(none)', protocols });
  }
  return out;
}
