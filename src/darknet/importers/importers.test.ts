/**
 * Particular facts of single importers: what each field of a log becomes.
 * @module
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TCP } from '../../core/packet-batch.ts';
import { formatTime } from '../../core/time.ts';
import type { Observation } from '../../observations/observation.ts';
import type { Imported, ImportOptions } from '../importer.ts';
import { IMPORTERS, type ImporterName } from '../registry.ts';
import { zoneOffset } from './reading/naive-time.ts';

async function read(name: ImporterName, lines: readonly unknown[], options: Partial<ImportOptions> = {}): Promise<Imported[]> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const all: Imported[] = [];
  for await (const one of IMPORTERS[name].read((async function* () { yield new TextEncoder().encode(text); })(), { zoneOffsetMinutes: () => 0, ...options })) all.push(one);
  return all;
}
async function rows(name: ImporterName, lines: readonly unknown[], options: Partial<ImportOptions> = {}): Promise<Observation[]> {
  return (await read(name, lines, options)).map((one) => (one.kind === 'observation' ? one.observation : assert.fail(JSON.stringify(one.defect))));
}
const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('latin1');

describe('cowrie', () => {
  const at = { src_ip: '192.0.2.9', session: 's1', sensor: 'pot', timestamp: '2024-03-01T10:00:00.123456Z' };
  const connect = { eventid: 'cowrie.session.connect', src_port: 5000, dst_ip: '198.51.100.1', dst_port: 2223, protocol: 'telnet', ...at };

  it('gives the endpoints of a connection to all records of its session, until it closes', async () => {
    const [, login, closed, after] = await rows('cowrie', [connect, { eventid: 'cowrie.login.failed', username: 'root', password: 'p', ...at }, { eventid: 'cowrie.session.closed', duration: '1.5', ...at }, { eventid: 'cowrie.log.closed', ...at }]);
    assert.deepEqual([login?.dst, login?.sport, login?.dport, login?.role, login?.fields['network.protocol'], login?.fields['user.name']], ['198.51.100.1', 5000, 2223, 'attacker', 'telnet', 'root']);
    assert.deepEqual([closed?.dport, closed?.fields['event.duration'], after?.dport], [2223, 1.5e9, 0]);
  });

  it('keeps where a tunnel leads apart from the honeypot, and its data as the bytes sent', async () => {
    const [, request, data] = await rows('cowrie', [connect, { eventid: 'cowrie.direct-tcpip.request', dst_ip: 'mail.example', dst_port: 25, src_port: 22, ...at }, { eventid: 'cowrie.direct-tcpip.data', dst_ip: '203.0.113.5', dst_port: 4_000_000_000, data: "b'GET /\\r\\n\\xff\\\\'", ...at }]);
    assert.deepEqual([request?.kind, request?.dst, request?.dport, request?.fields['tunnel.destination.address'], request?.fields['tunnel.destination.port']], ['honeypot.tunnel.requested', '198.51.100.1', 2223, 'mail.example', 25]);
    assert.equal(text(data?.payload ?? null), 'GET /\r\n\xff\\');
  });

  it('reads the version of old and new dialects alike', async () => {
    const [old, recent] = await rows('cowrie', [{ eventid: 'cowrie.client.version', version: "b'SSH-2.0-Go'", ...at }, { eventid: 'cowrie.client.version', version: 'SSH-2.0-Go', ...at }]);
    assert.deepEqual([old?.label, old?.fields['ssh.client']], ['SSH-2.0-Go', 'SSH-2.0-Go']);
    assert.equal(recent?.label, old?.label);
  });

  it('a command counts once: found and not found are events of their own', async () => {
    assert.deepEqual((await rows('cowrie', ['cowrie.command.input', 'cowrie.command.success', 'cowrie.command.failed'].map((eventid) => ({ eventid, input: 'id', ...at })))).map(({ kind }) => kind),
      ['honeypot.command.typed', 'honeypot.event.seen', 'honeypot.event.seen']);
  });

  it('the text log says the same as the JSON log', async () => {
    const line = (system: string, message: string) => `2024-03-01T10:00:00.123456Z [${system}] ${message}`;
    const peer = 'HoneyPotSSHTransport,3,192.0.2.9';
    const got = await rows('cowrie-text', [
      line('cowrie.ssh.factory.CowrieSSHFactory', 'New connection: 192.0.2.9:5000 (198.51.100.1:2222) [session: s1]'), line(peer, "Remote SSH version: b'SSH-2.0-Go'"),
      line(`SSHService b'ssh-userauth' on ${peer}`, "login attempt [b'root'/b'a]b/c'] succeeded"), line(`SSHChannel session (0) on SSHService b'ssh-connection' on ${peer}`, 'CMD: uname -a; echo [x]'),
      line(peer, 'Connection lost after 2 seconds'), line('-', 'Cowrie Version 2.5.0'),
    ]);
    assert.deepEqual(got.map(({ kind }) => kind), ['honeypot.session.opened', 'honeypot.client.named', 'honeypot.login.succeeded', 'honeypot.command.typed', 'honeypot.session.closed', 'honeypot.event.seen']);
    assert.deepEqual(got.slice(0, 5).map(({ session, src, dport }) => [session, src, dport]), Array(5).fill(['s1', '192.0.2.9', 2222]));
    assert.deepEqual([got[1]?.label, got[2]?.fields['user.name'], got[2]?.fields['user.password'], got[3]?.fields['process.command_line']], ['SSH-2.0-Go', 'root', 'a]b/c', 'uname -a; echo [x]']);
    assert.deepEqual([got[5]?.src, got[5]?.role], ['', 'unknown']);
  });
});

describe('p0f', () => {
  it('reads its own log and the JSON lines alike, with bars inside what attackers sent', async () => {
    const [classic, lines] = await rows('p0f', [
      '[2024/03/01 10:00:00] mod=http request|cli=192.0.2.9/5000|srv=198.51.100.1/80|subj=cli|app=???|lang=none|params=none|raw_sig=1:Host:a|b=c|cli=1.1.1.1/1:x',
      { timestamp: '2024/03/01 10:00:00', mod: 'http request', client_ip: '192.0.2.9', client_port: 5000, server_ip: '198.51.100.1', server_port: '80', subject: 'cli', app: '???', lang: 'none', params: 'none', raw_sig: '1:Host:a|b=c|cli=1.1.1.1/1:x' },
    ]);
    assert.deepEqual({ ...classic, line: 0 }, { ...lines, line: 0 });
    assert.deepEqual([classic?.src, classic?.label, classic?.fields['p0f.raw_sig']], ['192.0.2.9', '', '1:Host:a|b=c|cli=1.1.1.1/1:x']);
  });
});

describe('suricata-eve', () => {
  it('keeps the offset of its times, ICMP as type and code, names of ECS, and the payload as bytes', async () => {
    const [icmp] = await rows('suricata-eve', [{ timestamp: '2024-03-01T19:00:00.000001+0900', flow_id: 7, event_type: 'alert', src_ip: '2001:DB8:0::1', dest_ip: '198.51.100.1', proto: 'IPv6-ICMP', icmp_type: 128, icmp_code: 0, alert: { signature: 'S', signature_id: 9, metadata: { a: ['b'] } }, payload: 'AAEC', http: { hostname: 'h', url: '/u' } }]);
    assert.equal(formatTime(icmp?.atUs ?? 0), '2024-03-01T10:00:00.000001Z');
    assert.deepEqual([icmp?.src, icmp?.proto, icmp?.sport, icmp?.dport, icmp?.kind, icmp?.role], ['2001:db8::1', 58, 128, 0, 'ids.alert.raised', 'unknown']);
    assert.deepEqual([icmp?.fields['rule.name'], icmp?.fields['rule.id'], icmp?.fields['url.domain'], [...(icmp?.payload ?? [])]], ['S', 9, 'h', [0, 1, 2]]);
  });
});

describe('zeek-conn', () => {
  it('takes its columns from the latest #fields, any separator, and JSON with either kind of time', async () => {
    const got = await rows('zeek-conn', ['#separator \\x2c', '#fields,ts,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto,conn_state,duration', '1709287200.123456,192.0.2.9,5,198.51.100.1,23,tcp,S0,0.25',
      '#fields,uid,ts,id.resp_p,id.orig_h,conn_state', 'C1,1709287201.0,80,192.0.2.8,REJ', { ts: '2024-03-01T10:00:02.000001Z', 'id.orig_h': '192.0.2.7', conn_state: 'SF' }, { ts: 1_709_287_203.123456, 'id.orig_h': '192.0.2.7', conn_state: 'SF' }]);
    assert.deepEqual(got.map(({ atUs, src, dport }) => [formatTime(atUs), src, dport]), [
      ['2024-03-01T10:00:00.123456Z', '192.0.2.9', 23], ['2024-03-01T10:00:01Z', '192.0.2.8', 80], ['2024-03-01T10:00:02.000001Z', '192.0.2.7', 0], ['2024-03-01T10:00:03.123456Z', '192.0.2.7', 0]]);
    assert.deepEqual([got[0]?.fields['event.duration'], got[0]?.fields['zeek.conn_state'], got[1]?.session], [2.5e8, 'S0', 'C1']);
  });
});

describe('heralding', () => {
  it('reads its CSV of attempts, with passwords that hold commas, quotes and line feeds', async () => {
    const got = await rows('heralding', ['timestamp,auth_id,session_id,source_ip,source_port,destination_ip,destination_port,protocol,username,password,password_hash',
      '2024-03-01 10:00:00.5,a,s,192.0.2.9,5,198.51.100.1,21,ftp,"ro,ot","p""w', 'x",', '2024-03-01 10:00:01.5,b,s,192.0.2.9,5,198.51.100.1,21,ftp,root,plain,']);
    assert.deepEqual(got.map(({ kind, line, fields }) => [kind, line, fields['user.name'], fields['user.password']]), [['honeypot.login.failed', 2, 'ro,ot', 'p"w\nx'], ['honeypot.login.failed', 4, 'root', 'plain']]);
  });
  it('reads naive times in the sensor\'s zone', async () => {
    const [one] = await rows('heralding', [{ timestamp: '2024-03-01 10:00:00.5', session_id: 's', source_ip: '192.0.2.9', auth_attempts: [], protocol: 'vnc' }], { zoneOffsetMinutes: zoneOffset('Asia/Tokyo') });
    assert.equal(formatTime(one?.atUs ?? 0), '2024-03-01T01:00:00.5Z');
  });
});

describe('spoki-raw', () => {
  const head = 'ts|saddr|daddr|ipid|ttl|proto|sport|dport|anum|snum|options|payload|syn|ack|rst|fin|window size|probed|method|userid|probe anum|probe snum|num probes';
  const row = (src: string, dst: string, ttl: number, flags: string) => `1709287200307|${src}|${dst}|54321|${ttl}|tcp|40425|22|0|64476129|mss||${flags}|8192|true|tcp-synack|7|1|0|1`;
  it('keeps header fields, and calls an opening SYN a scan', async () => {
    const [syn, answer] = await rows('spoki-raw', [head, row('192.0.2.9', '198.51.100.1', 240, '1|0|0|0'), row('192.0.2.8', '198.51.100.2', 50, '1|1|0|0')]);
    assert.deepEqual([syn?.role, syn?.fields['ttl'], syn?.fields['ipid'], syn?.fields['window'], syn?.fields['seq'], syn?.fields['flags'], syn?.session], ['scanner', 240, 54_321, 8_192, 64_476_129, TCP.syn, '7']);
    assert.equal(answer?.role, 'unknown');
  });
  it('marks the traffic of a host that logs itself as its own, and never a busy scanner', async () => {
    const mine = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? row(`192.0.2.${i + 1}`, '198.51.100.1', 50, '1|0|0|0') : row('198.51.100.1', `192.0.2.${i}`, 64, '1|1|0|0')));
    const marked = await rows('spoki-raw', [head, ...mine]);
    assert.deepEqual(new Set(marked.filter(({ src }) => src === '198.51.100.1').map(({ role, fields }) => `${role} ${fields['network.direction']}`)), new Set(['relay outbound']));
    assert.ok(marked.filter(({ src }) => src !== '198.51.100.1').every(({ role, fields }) => role === 'scanner' && fields['network.direction'] === 'inbound'));
    const busy = await rows('spoki-raw', [head, ...mine.map((line) => line.replaceAll('198.51.100.1|', '203.0.113.7|').replace('|64|tcp', '|241|tcp'))]);
    assert.ok(busy.every(({ role, fields }) => role !== 'relay' && fields['network.direction'] === undefined));
  });
});

describe('count-series', () => {
  it('takes the zone from the column\'s name, else from the sensor', async () => {
    const tokyo = { zoneOffsetMinutes: zoneOffset('Asia/Tokyo') };
    for (const [column, options, expected] of [['JST', {}, '2024-02-29T15:00:00Z'], ['time', tokyo, '2024-02-29T15:00:00Z'], ['time', {}, '2024-03-01T00:00:00Z'], ['UTC', tokyo, '2024-03-01T00:00:00Z']] as const) {
      const [first] = await rows('count-series', [`${column},packetnum,hostnum`, '202403010000,5,2', '202403010010,6,3'], options);
      assert.deepEqual([formatTime(first?.atUs ?? 0), first?.fields['count.packets'], first?.fields['count.hosts'], first?.fields['count.period_s']], [expected, 5, 2, 600], column);
    }
  });
});

describe('csv', () => {
  it('maps columns to fields, keeps unmapped ones, drops those mapped to -', async () => {
    const [one] = await rows('csv', ['when\twho\tdport\tkindly\tsecret\tnote', '1709287200.5\t192.0.2.9\tudp/53\thoneypot.request.seen\tx\t0042'],
      { mapping: { when: 'at', who: 'src', dport: 'port', kindly: 'kind', secret: '-' } });
    assert.deepEqual([formatTime(one?.atUs ?? 0), one?.src, one?.dport, one?.proto, one?.kind, one?.fields], ['2024-03-01T10:00:00.5Z', '192.0.2.9', 53, 17, 'honeypot.request.seen', { 'event.module': 'csv', note: '0042' }]);
  });
  it('a mapping that names a column which is not there makes every row a defect that says so', async () => {
    const all = await read('csv', ['a,b', '1,2'], { mapping: { when: 'at' } });
    assert.match(all[0]?.kind === 'defect' ? all[0].defect.reason : '', /column 'when'/);
  });
  it('a kind or role of nobody\'s list is a defect, a column named __proto__ is harmless', async () => {
    const all = await read('csv', ['timestamp,ip,k,__proto__', '2024-03-01,192.0.2.9,nonsense,x', '2024-03-01,192.0.2.9,darknet.flow.seen,x'], { mapping: { timestamp: 'at', ip: 'src', k: 'kind' } });
    assert.deepEqual(all.map(({ kind }) => kind), ['defect', 'observation']);
  });
});

describe('bounds', () => {
  it('fields stay within 64 KiB and say that they were cut', async () => {
    const huge = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, '\u0001'.repeat(500)]));
    const [one] = await rows('suricata-eve', [{ timestamp: '2024-03-01T10:00:00Z', flow_id: 1, event_type: 'http', src_ip: '192.0.2.9', http: { url: 'x'.repeat(100_000), ...huge } }]);
    assert.ok(Buffer.byteLength(JSON.stringify(one?.fields)) <= 65_536);
    assert.deepEqual([one?.fields['event.truncated'], String(one?.fields['url.path']).length], [1, 8_192]);
  });
});
