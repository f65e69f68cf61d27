/** Simulated captures: tshark and tcpdump read them as we wrote them, with every checksum right; the truth file tells the same counts. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatV4 } from '../../../src/core/address.ts';
import { MINUTE_US } from '../../../src/core/time.ts';
import { PROTO } from '../../../src/core/packet-batch.ts';
import { captureName, writeCaptures } from '../../../src/simulator/capture.ts';
import { simulate } from '../../../src/simulator/simulation.ts';
import type { Truth } from '../../../src/simulator/contract.ts';
import { needs } from '../../needs.ts';

const options = { seed: 6, durationUs: 20 * MINUTE_US, intensity: 0.3 };

/** Writes a scenario into a new folder, hands it on, removes it. */
async function written(scenario: string, work: (dir: string) => void | Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'noroshi-captures-'));
  try {
    await writeCaptures(simulate(scenario, options), (name) => {
      const chunks: Uint8Array[] = [];
      return { write: (chunk) => { chunks.push(chunk); }, close: async () => { writeFileSync(join(dir, name), Buffer.concat(chunks)); } };
    });
    await work(dir);
  } finally { rmSync(dir, { recursive: true }); }
}

test('sizes and counts: one capture a sensor and the truth, saying the same', async () => {
  await written('calm-day', (dir) => {
    const truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as Truth;
    assert.equal(truth.format, 'noroshi-truth/1');
    for (const sensor of truth.sensors) {
      const bytes = readFileSync(join(dir, captureName(sensor.id)));
      let packets = 0;
      for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) packets++;
      assert.equal(packets, sensor.packets);
      assert.equal(statSync(join(dir, captureName(sensor.id))).size, bytes.length);
    }
    const classes = Object.values(truth.intervals.counts).flatMap((byClass) => Object.values(byClass).flat()).reduce((a, b) => a + b, 0);
    assert.equal(classes, truth.sensors.reduce((sum, s) => sum + s.packets, 0));
  });
});

test('tshark reads every field as simulated, and finds every checksum good', needs('tshark'), async () => {
  await written('calm-day', (dir) => {
    const fields = ['frame.time_epoch', 'ip.src', 'ip.dst', 'ip.proto', 'ip.ttl', 'ip.id', 'ip.len', 'ip.flags.df', 'ip.checksum.status', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.flags', 'tcp.window_size_value', 'tcp.checksum.status', 'udp.srcport', 'udp.dstport', 'udp.checksum.status', 'icmp.type', 'icmp.code', 'icmp.checksum.status', 'tcp.options'];
    const text = execFileSync('tshark', ['-r', join(dir, captureName('local/sim-tokyo')), '-n', '-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', '-E', 'occurrence=f', '-T', 'fields', ...fields.flatMap((f) => ['-e', f])], { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    const rows = text.trimEnd().split('\n').map((line) => line.split('\t'));
    let row = 0;
    const protocols = new Set<number>();
    for (const batch of simulate('calm-day', options).batchesNow()) {
      if (batch.sensor !== 'local/sim-tokyo') continue;
      for (let i = 0; i < batch.n; i++, row++) {
        const f = rows[row] as string[], proto = batch.proto[i] as number, number = (k: number) => Number(f[k]);
        protocols.add(proto);
        assert.equal(f[0]?.replace('.', '').slice(0, 16), String(batch.atUs[i]));
        assert.deepEqual([f[1], f[2], number(3), number(4), number(5), number(6), f[8]], [formatV4(batch.src[i] as number), formatV4(batch.dst[i] as number), proto, batch.ttl[i], batch.ipid[i], batch.ipLen[i], '1'], `frame ${row + 1}`);
        assert.equal(/^(1|True)$/.test(f[7] ?? ''), ((batch.ipBits[i] as number) & 1) === 1);
        if (proto === PROTO.tcp) {
          assert.deepEqual([number(9), number(10), number(11), number(12), number(13), number(14), f[15]], [batch.sport[i], batch.dport[i], batch.seq[i], batch.ack[i], batch.flags[i], batch.window[i], '1'], `frame ${row + 1}`);
          assert.equal(f[22] ?? '', Buffer.from(batch.raw.subarray(batch.optOff[i], (batch.optOff[i] as number) + (batch.optLen[i] as number))).toString('hex'));
        } else if (proto === PROTO.udp) assert.deepEqual([number(16), number(17), f[18]], [batch.sport[i], batch.dport[i], '1'], `frame ${row + 1}`);
        else assert.deepEqual([number(19), number(20), f[21]], [batch.sport[i], batch.dport[i], '1'], `frame ${row + 1}`);
      }
    }
    assert.equal(row, rows.length);
    assert.deepEqual([...protocols].sort((a, b) => a - b), [PROTO.icmp, PROTO.tcp, PROTO.udp]);
  });
});

test('tcpdump counts the packets that the truth counts, and its Mirai filter finds those with sequence number = destination', needs('tcpdump'), async () => {
  await written('mirai-wave', (dir) => {
    const truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as Truth;
    const count = (file: string, ...filter: string[]) => execFileSync('tcpdump', ['-r', file, '-nn', '-w', '-', ...filter], { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
    let bots = 0;
    for (const sensor of truth.sensors) {
      const file = join(dir, captureName(sensor.id));
      assert.deepEqual(count(file), readFileSync(file));
      const found = count(file, 'tcp[13]=2 and tcp[4:4]=ip[16:4]');
      for (let at = 24; at < found.length; at += 16 + found.readUInt32LE(at + 8)) bots++;
    }
    const planned = Object.entries(truth.populations).filter(([name]) => name === 'device botnets' || name.startsWith('mirai')).reduce((sum, [, p]) => sum + p.packets, 0);
    assert.equal(bots, planned);
  });
});
