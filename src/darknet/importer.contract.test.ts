/**
 * What every importer of the registry keeps: its own log is recognised, every line is an observation or a defect, chunking
 * changes nothing, nothing hostile makes it throw or hang.
 * @module
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatAddress, parseAddress } from '../core/address.ts';
import { seededRng, type Rng } from '../core/rng.ts';
import { ROLES } from '../core/vocabulary.ts';
import { KINDS } from '../observations/observation.ts';
import { MAX_LINE_BYTES, type Imported, type Importer, type ImportOptions } from './importer.ts';
import { detectImporter, importerNamed, IMPORTERS, type ImporterName } from './registry.ts';

/** A small log of each tool: structure lines, then records; `records` of them are good, `defects` are not. */
interface Sample { readonly head?: readonly string[]; readonly lines: readonly string[]; readonly tail?: readonly string[]; readonly records: number; readonly defects: number }

const j = (value: unknown): string => JSON.stringify(value);
const cowrieBase = { src_ip: '192.0.2.9', session: 's1', sensor: 'pot', timestamp: '2024-03-01T10:00:00.5Z' };

const SAMPLES: Readonly<Record<ImporterName, Sample>> = {
  adbhoney: { lines: [
    j({ eventid: 'adbhoney.session.connect', src_ip: '192.0.2.1', src_port: 4000, dest_ip: '198.51.100.1', dest_port: '5555', timestamp: '2024-03-01T10:00:00.000001Z', session: 'a' }),
    j({ eventid: 'adbhoney.command.input', src_ip: '192.0.2.1', input: 'uname -a', timestamp: '2024-03-01T10:00:01Z', session: 'a' }),
    j({ eventid: 'adbhoney.command.input', src_ip: 'nowhere', input: 'id', timestamp: '2024-03-01T10:00:01Z', session: 'a' }),
  ], records: 2, defects: 1 },
  'ciscoasa-honeypot': { head: ['['], lines: [
    `${j({ timestamp: '2024-03-01T10:00:00.25', src_ip: '192.0.2.1', payload_printable: '"GET /+CSCOE+/logon.html HTTP/1.1" 302 -' })},`,
    '{"timestamp": "2024-03-01T10:00:01", "src_ip": "192.0.2.1", "payload_printable": "code 400 ("x")"},',
    `{'timestamp': '2024-03-01T10:00:02.5', 'src_ip': '192.0.2.2', 'payload_printable': '"GET /it's HTTP/1.1" 404 -'}`,
  ], tail: [']'], records: 2, defects: 1 },
  'count-series': { head: ['"JST","packetnum","hostnum"'], lines: ['202403010000,10,3', '202403010010,12,4', '202403010020,twelve,4'], records: 2, defects: 1 },
  cowrie: { lines: [
    j({ eventid: 'cowrie.session.connect', src_port: 5000, dst_ip: '198.51.100.1', dst_port: 2222, protocol: 'ssh', ...cowrieBase }),
    j({ eventid: 'cowrie.client.version', version: "b'SSH-2.0-Go'", ...cowrieBase }),
    j({ eventid: 'cowrie.login.failed', username: 'root', password: 'x"y', ...cowrieBase }),
    '{"eventid":"cowrie.command.input","input":"uname',
  ], records: 3, defects: 1 },
  'cowrie-sessions': { head: ['session_id,start_time,end_time,duration,src_ip,src_port,dst_port,protocol,login_success,login_failed,label'], lines: [
    'a1,2024-03-01T10:00:00.5Z,2024-03-01T10:00:02Z,1.5,192.0.2.1,4000,22,ssh,0,3,0', 'a2,,2024-03-01T10:00:02Z,1.5,192.0.2.1,4000,22,ssh,0,0,0', 'a3,2024-03-01T10:00:00Z,,1,192.0.2.2,1,22,ssh,1,0,1',
  ], records: 2, defects: 1 },
  'cowrie-text': { lines: [
    '2024-03-01T10:00:00.5Z [cowrie.ssh.factory.CowrieSSHFactory] New connection: 192.0.2.1:4711 (198.51.100.2:2222) [session: 0a1b2c3d4e5f]',
    "2024-03-01T10:00:01.5Z [HoneyPotSSHTransport,7,192.0.2.1] login attempt [b'root'/b'ad/min'] failed", '2024-03-01T10:00:02Z [-] Ready to accept connections', '\tTraceback (most recent call last):',
  ], records: 3, defects: 1 },
  csv: { head: ['timestamp;source.ip;source.port;destination.port;proto;note'], lines: ['2024-03-01 10:00:00;192.0.2.1;4000;23;tcp;"a;b"', '2024-03-01 10:00:01;192.0.2.1;4000;99999;tcp;c', '1709287200;2001:DB8::1;1;53;udp;d'], records: 2, defects: 1 },
  dionaea: { head: ['['], lines: [
    `${j({ connection: { protocol: 'smbd', transport: 'tcp', type: 'accept' }, dst_ip: '198.51.100.1', dst_port: 445, src_hostname: '', src_ip: '192.0.2.1', src_port: 1401, timestamp: '2024-03-01T10:00:00.5' })},`, ',',
    j({ connection: { protocol: 'mssqld', transport: 'tcp', type: 'accept' }, dst_ip: '198.51.100.1', dst_port: 1433, src_ip: '192.0.2.1', src_port: 1402, timestamp: '2024-03-01T10:00:01', credentials: { username: ['sa'], password: ['a{b'] } }),
  ], tail: [']'], records: 2, defects: 1 },
  elasticpot: { lines: [
    j({ timestamp: '2024-03-01T10:00:00', event_type: 'alert', src_ip: '192.0.2.1', src_port: 1, dest_ip: '198.51.100.1', dest_port: 9200, honeypot: { name: 'Elasticpot', query: 'GET /_cat/indices', postdata: '', raw: 'R0VUIC8=' } }),
    j({ eventid: 'elasticpot.recon', timestamp: '2024-03-01T10:00:00.5Z', src_ip: '192.0.2.1', src_port: 1, dst_port: 9200, request: 'GET', url: '/' }), j({ eventid: 'elasticpot.recon', src_ip: '192.0.2.1' }),
  ], records: 2, defects: 1 },
  heralding: { lines: [
    j({ timestamp: '2024-03-01 10:00:00.5', duration: 2, session_id: 'h1', source_ip: '192.0.2.1', source_port: 1, destination_ip: '198.51.100.1', destination_port: 5900, protocol: 'vnc', num_auth_attempts: 1, auth_attempts: [{ username: 'u', password: null }], auxiliary_data: {} }),
    j({ timestamp: '2024-03-01 10:00:01', duration: 2, session_id: 'h2', source_ip: '192.0.2.1', source_port: 70_000, destination_ip: '198.51.100.1', destination_port: 5900, protocol: 'vnc', num_auth_attempts: 0, auth_attempts: [] }),
    j({ timestamp: '2024-03-01 10:00:02', duration: 0, session_id: 'h3', source_ip: '192.0.2.2', source_port: 7, destination_ip: '198.51.100.1', destination_port: 110, protocol: 'pop3', num_auth_attempts: 0, auth_attempts: [] }),
  ], records: 2, defects: 1 },
  honeytrap: { head: ['{"attacks":['], lines: [
    `${j({ is_virtual: false, start_time: '2024-03-01T10:00:00Z', end_time: '2024-03-01T10:00:01Z', attack_connection: { protocol: 'tcp', remote_ip: '192.0.2.1', remote_port: 1, local_ip: '198.51.100.1', local_port: 8728, payload: { length: 3, data_hex: '160301', md5_hash: 'x', sha512_hash: 'y' } } })},`,
    `${j({ is_virtual: true, start_time: '1970-01-01T00:00:00Z', end_time: '1970-01-01T00:00:00Z', attack_connection: { protocol: 'ip', remote_ip: '0.0.0.0', remote_port: 0, local_ip: '0.0.0.0', local_port: 0, payload: { length: 0, data_hex: '' } } })},`,
    j({ start_time: '2024-03-01T10:00:05Z', attack_connection: { protocol: 'udp', remote_ip: '192.0.2.1', remote_port: 1, local_ip: '198.51.100.1', local_port: 1900, payload: { length: 0, data_hex: '' } } }),
  ], tail: [']}'], records: 2, defects: 1 },
  medpot: { lines: [
    j({ level: 'info', message: 'Connection found', timestamp: '2024-03-01T10:00:00Z', src_port: '4', src_ip: '192.0.2.1', data: 'AwAALyrgAAAAAABDb29raWU6IG1zdHNoYXNoPUFkbQ0K' }), '{"level":"info","message":"Connection found","timestamp":"2024-0',
  ], records: 1, defects: 1 },
  p0f: { lines: [
    j({ timestamp: '2024/03/01 10:00:00', mod: 'syn', client_ip: '192.0.2.1', server_ip: '198.51.100.1', client_port: 4, server_port: 23, subject: 'cli', os: 'Linux 3.x', dist: '9', params: 'none', raw_sig: '4:55+9:0:1460:mss*20,7:mss:df:0' }),
    '[2024/03/01 10:00:01] mod=http request|cli=192.0.2.1/4|srv=198.51.100.1/80|subj=cli|app=???|lang=none|params=none|raw_sig=1:Host:x|y=z:curl', '[2024/03/01 10:00:01] mod=syn|cli=192.0.2.1|srv',
  ], records: 2, defects: 1 },
  'spoki-prober': { head: ['start sec|start usec|method|userid|num probes|saddr|daddr|sport|dport'], lines: ['1709287200|5|tcp-synack|134217731|1|198.51.100.1|192.0.2.1|22|4000', '1709287200|5|tcp-synack|134217731|1|198.51.100.1|192.0.2.1|22'], records: 1, defects: 1 },
  'spoki-raw': { head: ['ts|saddr|daddr|ipid|ttl|proto|sport|dport|anum|snum|options|payload|syn|ack|rst|fin|window size|probed|method|userid|probe anum|probe snum|num probes'], lines: [
    '1709287200307|192.0.2.1|198.51.100.1|20378|117|tcp|40425|22|0|64476129|mss||1|0|0|0|8192|true|tcp-synack|134217731|64476130|0|1', '1709287200308|198.51.100.1|192.0.2.1|0|64|tcp|22|40425|64476130|1||7cf2|1|1|0|0|64240|false|||||', '1709287200309|198.51.100.1|192.0.2.1|0|640|tcp|22|40425|1|1|||1|1|0|0|64240|false|||||',
  ], records: 2, defects: 1 },
  'suricata-eve': { lines: [
    j({ timestamp: '2024-03-01T10:00:00.000001+0000', flow_id: 1_670_002_990_946_880, in_iface: 'eth0', event_type: 'alert', src_ip: '192.0.2.1', src_port: 4, dest_ip: '198.51.100.1', dest_port: 22, proto: 'TCP', alert: { signature: 'x', signature_id: 1, category: 'c', severity: 2 }, payload: 'U1NI' }),
    j({ timestamp: '2024-03-01T10:00:00+0900', flow_id: 2, event_type: 'alert', src_ip: '192.0.2.1', dest_ip: '198.51.100.1', proto: 'ICMP', icmp_type: 8, icmp_code: 0, alert: { signature: 'y' } }), j({ timestamp: 'now', flow_id: 2, event_type: 'dns', src_ip: '192.0.2.1', dest_ip: '198.51.100.1', proto: 'UDP' }),
  ], records: 2, defects: 1 },
  tanner: { lines: [
    j({ method: 'GET', path: '/', headers: { host: 'h', 'user-agent': 'u' }, uuid: 'x', peer: { ip: '192.0.2.1', port: 4 }, status: 200, cookies: {}, response_msg: { response: { message: { detection: { name: 'lfi' }, sess_uuid: 's' } } }, timestamp: '2024-03-01T10:00:00.5' }),
    '{"method": "GET", "path": "/", "headers": {}, "peer": {"ip": "192.0.2.1", "port": 4}, "status": 200, "response_msg": {}, "timestamp',
  ], records: 1, defects: 1 },
  'zeek-conn': { head: ['#separator \\x09', '#set_separator\t,', '#empty_field\t(empty)', '#unset_field\t-', '#path\tconn', '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state', '#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring'], lines: [
    '1709287200.000001\tCa1\t192.0.2.1\t4000\t198.51.100.1\t23\ttcp\t-\t0.5\t0\t0\tS0', '1709287201.5\tCa2\t192.0.2.1\t8\t198.51.100.1\t0\ticmp\t-\t-\t-\t-\tOTH', '1709287202.5\tCa3\t192.0.2.1\t8\t198.51.100.1', j({ ts: 1_709_287_203.25, uid: 'Cb', 'id.orig_h': '2001:db8::1', 'id.orig_p': 1, 'id.resp_h': '2001:db8::2', 'id.resp_p': 2, proto: 'udp', conn_state: 'SF' }),
  ], tail: ['#close\t2024-03-01-11-00-00'], records: 3, defects: 1 },
};

const OPTIONS: ImportOptions = { zoneOffsetMinutes: () => 0 };
const encoder = new TextEncoder();
const whole = ({ head = [], lines, tail = [] }: Sample): string => `${[...head, ...lines, ...tail].join('\n')}\n`;
async function* chunked(bytes: Uint8Array, cuts: readonly number[] = []): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) if (cut > from && cut < bytes.length) { yield bytes.slice(from, cut); from = cut; }
  yield bytes.subarray(from);
}
async function read(importer: Importer, bytes: Uint8Array, cuts: readonly number[] = []): Promise<Imported[]> {
  const all: Imported[] = [];
  for await (const one of importer.read(chunked(bytes, cuts), OPTIONS)) all.push(one);
  return all;
}
const counts = (all: readonly Imported[]) => ({ records: all.filter(({ kind }) => kind === 'observation').length, defects: all.filter(({ kind }) => kind === 'defect').length });

function assertSound(all: readonly Imported[], lines: number, name: string): void {
  for (const one of all) {
    if (one.kind === 'defect') {
      assert.ok(one.defect.line >= 1 && one.defect.line <= lines && one.defect.reason.length > 5 && one.defect.reason.length < 400, `${name}: ${j(one.defect)}`);
      assert.ok(one.defect.quote.length <= 200 && !/[\u0000-\u001f]/.test(one.defect.quote), name);
      continue;
    }
    const o = one.observation;
    assert.ok(Object.hasOwn(KINDS, o.kind) && ROLES.includes(o.role), `${name}: ${o.kind} ${o.role}`);
    assert.ok(Number.isSafeInteger(o.atUs) && o.line >= 1 && o.line <= lines, `${name}: ${o.atUs} at ${o.line}`);
    for (const address of [o.src, o.dst]) if (address !== '') assert.equal(formatAddress(parseAddress(address) ?? assert.fail(`${name}: ${address}`)), address);
    for (const [value, most] of [[o.sport, 65_535], [o.dport, 65_535], [o.proto, 255]] as const) assert.ok(Number.isInteger(value) && value >= 0 && value <= most, `${name}: ${value}`);
    assert.ok(o.payload === null || (o.payload.length > 0 && o.payload.length <= 256), name);
    assert.ok(Buffer.byteLength(j(o.fields)) <= 65_536 && Object.values(o.fields).every((v) => typeof v === 'string' || Number.isFinite(v)), name);
  }
}

describe('every importer', () => {
  for (const [name, importer] of Object.entries(IMPORTERS) as [ImporterName, Importer][]) {
    const sample = SAMPLES[name], text = whole(sample), bytes = encoder.encode(text), lines = text.split('\n').length;

    it(`${name}: recognises its own log more surely than any other does`, () => {
      assert.equal(importerNamed(name), importer);
      assert.ok(importer.about.length > 10);
      assert.equal(detectImporter(bytes)?.importer.name, name);
      for (const [other, { detect }] of Object.entries(IMPORTERS)) assert.ok(other === name || detect(bytes) < importer.detect(bytes), `${other} is as sure`);
    });

    it(`${name}: every line is an observation or a defect that quotes it`, async () => {
      const all = await read(importer, bytes);
      assert.deepEqual(counts(all), { records: sample.records, defects: sample.defects });
      assert.equal(all.length, sample.lines.length);
      assertSound(all, lines, name);
      assert.ok(all.every((one, i, list) => i === 0 || lineOf(one) > lineOf(list[i - 1] as Imported)), 'in order of lines');
    });

    it(`${name}: chunking changes nothing, one byte at a time included`, async () => {
      const once = await read(importer, bytes);
      assert.deepEqual(await read(importer, bytes, Array.from(bytes, (_, i) => i)), once);
      await fc.assert(fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => { assert.deepEqual(await read(importer, bytes, cuts), once); }), { numRuns: 20 });
    });

    it(`${name}: CRLF, blank lines, a byte order mark and a missing last line end change nothing but line numbers`, async () => {
      const unnumbered = (all: readonly Imported[]) => all.map((one) => (one.kind === 'defect' ? one.defect.reason : { ...one.observation, line: 0 }));
      const once = unnumbered(await read(importer, bytes));
      for (const variant of [text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\n\n'), `\ufeff${text}`, text.slice(0, -1)]) assert.deepEqual(unnumbered(await read(importer, encoder.encode(variant))), once);
    });

    it(`${name}: identical rows are kept and counted`, async () => {
      const got = counts(await read(importer, encoder.encode(whole({ ...sample, lines: sample.lines.flatMap((line) => [line, line]) }))));
      assert.deepEqual(got, { records: 2 * sample.records, defects: 2 * sample.defects });
    });

    it(`${name}: a 10-MB line and a line that is not UTF-8 are defects or rows, and the rest is read`, async () => {
      const first = encoder.encode(`${[...(sample.head ?? []), sample.lines[0]].join('\n')}\n`), rest = encoder.encode(`${sample.lines[0]}\n`);
      const long = new Uint8Array(10 * MAX_LINE_BYTES).fill(0x41);
      const odd = Uint8Array.of(...encoder.encode('{"a":"'), 0xff, 0xfe, ...encoder.encode('"}\n'));
      const all = await read(importer, Buffer.concat([first, long, encoder.encode('\n'), rest, odd, rest]), [65_536, 1 << 20, 3 << 20, 9 << 20]);
      assert.deepEqual(counts(all), { records: 3, defects: 2 }, j(all.filter((one) => one.kind === 'defect')));
      assert.ok(all.some((one) => one.kind === 'defect' && /longer/.test(one.defect.reason)));
      assertSound(all, 20, name);
    });

    it(`${name}: cut anywhere it reads what stood before`, async () => {
      let before = 0;
      for (let end = 0; end <= bytes.length; end += 7) {
        const all = await read(importer, bytes.subarray(0, end));
        assertSound(all, lines, name);
        const { records } = counts(all);
        assert.ok(records >= before - 1 && records <= sample.records, `${records} at ${end}`);
        before = records;
      }
    });

    it(`${name}: no bytes make it throw, and none are silently dropped`, async () => {
      await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (junk) => {
        importer.detect(junk);
        assertSound(await read(importer, junk), 400, name);
      }), { numRuns: 60 });
      const rng = seededRng(`importer fuzz ${name}`), head = sample.head ?? [];
      for (let i = 0; i < 600; i++) {
        const line = mutated(encoder.encode(rng.pick(sample.lines)), rng);
        const input = Buffer.concat([encoder.encode(head.map((one) => `${one}\n`).join('')), line]);
        importer.detect(input);
        const all = await read(importer, input);
        assertSound(all, input.length + 1, name);
        const shown = line.toString('latin1');
        const structure = /^[\s\0,[\]{}]*$/.test(shown) || shown.trimStart().startsWith('#') || shown.trim() === head.at(-1);
        assert.ok(all.length > 0 || structure, `${name} dropped ${j(shown)}`);
      }
    });
  }
});

function lineOf(one: Imported): number {
  return one.kind === 'defect' ? one.defect.line : one.observation.line;
}

const SPICE = ['"', "'", '\\', '{', '}', '[', ']', ',', '|', '\t', '\n', '\r\n', '\0', 'null', '-1', '1e999', '99999999999999999999', '\ud83d\ude00', '\u202e', '__proto__', '../', '%s', '0x', '\\u0000', '::', '=', ' '].map((piece) => encoder.encode(piece));

/** One to four random edits: flipped, removed, repeated, inserted or cut bytes. */
function mutated(bytes: Uint8Array, rng: Rng): Buffer {
  let line = Buffer.from(bytes);
  for (let edits = 1 + rng.below(4); edits > 0; edits--) {
    const at = rng.below(line.length + 1), to = Math.min(line.length, at + 1 + rng.below(12));
    switch (rng.below(6)) {
      case 0: if (at < line.length) line[at] = rng.below(256); break;
      case 1: line = Buffer.concat([line.subarray(0, at), line.subarray(to)]); break;
      case 2: line = Buffer.concat([line.subarray(0, to), line.subarray(at)]); break;
      case 3: line = Buffer.concat([line.subarray(0, at), rng.pick(SPICE), line.subarray(at)]); break;
      case 4: line = line.subarray(0, at); break;
      default: line = Buffer.concat([line.subarray(0, at), Buffer.alloc(1 + rng.below(40), rng.below(256)), line.subarray(at)]);
    }
  }
  return line;
}
