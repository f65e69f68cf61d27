/**
 * SYNs of systems that p0f could name, rebuilt from its log: no tool may be seen in them.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { needs, sharedData } from '../../needs.ts';
import { PROTO, TCP } from '../../../src/core/packet-batch.ts';
import { parseV4 } from '../../../src/core/address.ts';
import { seededRng, type Rng } from '../../../src/core/rng.ts';
import { OPTION_BYTES, joinOptions, type PacketSpec } from '../../../src/wire/packet-build.ts';
import { annotatedPackets, annotatorFor, isSyn, tally } from './captures.ts';

interface Line { mod?: string; os?: string; raw_sig?: string; client_ip?: string; server_ip?: string; client_port?: number; server_port?: number }

/**
 * A SYN with p0f's raw signature, version:ttl+hops:options:mss:window,scale:layout:quirks:payload (p0f 3 README, section 5),
 * and chance where the signature is silent. Null for a signature with quirks that no field here can carry.
 */
function synOf(line: Line, rng: Rng): PacketSpec | null {
  const parts = (line.raw_sig ?? '').split(':');
  const src = parseV4(line.client_ip ?? ''), dst = parseV4(line.server_ip ?? '');
  if (parts.length !== 8 || parts[0] !== '4' || src === null || dst === null) return null;
  const [, ttl = '', , mssText = '', windowText = '', layout = '', quirkText = ''] = parts;
  const [size = '', scale = '0'] = windowText.split(',');
  const quirks = quirkText.split(','), maximum = Number(mssText);
  const window = size.startsWith('mss*') ? maximum * Number(size.slice(4)) : size.startsWith('mtu*') ? (maximum + 40) * Number(size.slice(4)) : Number(size);
  const pieces: Uint8Array[] = [];
  for (const option of layout === '' ? [] : layout.split(',')) {
    switch (option) {
      case 'mss': pieces.push(OPTION_BYTES.mss(maximum)); break;
      case 'nop': pieces.push(OPTION_BYTES.nop); break;
      case 'ws': pieces.push(OPTION_BYTES.windowScale(Number(scale))); break;
      case 'sok': pieces.push(OPTION_BYTES.sackPermitted); break;
      case 'ts': pieces.push(OPTION_BYTES.timestamps(quirks.includes('ts1-') ? 0 : rng.u32(), 0)); break;
      default: {
        const end = /^eol\+(\d+)$/.exec(option);
        if (!end) return null;
        pieces.push(new Uint8Array(1 + Number(end[1])));
      }
    }
  }
  const hasDf = quirks.includes('df');
  return {
    src, dst, proto: PROTO.tcp, sport: Number(line.client_port), dport: Number(line.server_port), ttl: Number(ttl.split('+')[0]),
    flags: TCP.syn | (quirks.includes('ecn') ? TCP.ece | TCP.cwr : 0), window: window & 0xffff, seq: quirks.includes('seq-') ? 0 : rng.u32(), ack: quirks.includes('ack+') ? rng.u32() : 0,
    dontFragment: hasDf, ipid: hasDf ? (quirks.includes('id+') ? rng.below(65_536) : 0) : quirks.includes('id-') ? 0 : rng.below(65_536), options: joinOptions(...pieces),
  };
}

test('of the SYNs of systems that p0f could name, at most one in ten thousand is given a tool', needs('shared-data'), async () => {
  const folder = join(sharedData, 'honeypot-sweetie', 'p0f'), rng = seededRng('p0f'), annotator = annotatorFor();
  const packets: PacketSpec[] = [], names: string[] = [];
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.gz'))) {
    for (const text of gunzipSync(readFileSync(join(folder, name))).toString('utf8').split('\n')) {
      if (!text.includes('"mod": "syn"')) continue;
      const line = JSON.parse(text) as Line;
      if (line.os === undefined || line.os === '???') continue;
      const packet = synOf(line, rng);
      if (packet) { packets.push(packet); names.push(`${line.os} ${line.raw_sig ?? ''}`); }
    }
  }
  assert.ok(packets.length > 70_000, String(packets.length));
  const batches = await annotatedPackets(packets, annotator);
  const { total, tools } = tally(batches, isSyn);
  const which: string[] = [];
  let at = 0;
  for (const batch of batches) for (let i = 0; i < batch.n; i++, at++) if (batch.tool[i] !== 0) which.push(`${names[at] ?? ''} tool ${batch.tool[i] ?? 0}`);
  const named = total - (tools.get('') ?? 0);
  assert.ok(named <= total / 10_000, `${named} of ${total}: ${[...new Set(which)].slice(0, 20).join(' | ')}`);
});
