/**
 * Debian's zmap, masscan and nmap, run in a closed network and captured by tcpdump, are recognised packet by packet.
 * @module
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { needs } from '../needs.ts';
import { PROTO } from '../../src/core/packet-batch.ts';
import { closedNetwork, type ClosedNetwork } from './scan-tools-process.ts';
import { annotatedCapture, annotatorFor, isSyn, tally } from '../golden/fingerprints/captures.ts';

/** What each tool sends to 198.18.0.0/20, and how many SYNs that must be. */
const RUNS = [
  { tool: 'zmap', program: 'zmap', about: 'zmap of one port', syns: 4_096, command: ['zmap', '-p', '80', '-r', '5000', '-c', '1', '-e', '7', '-q', '-i', '{iface}', '-G', '{mac}', '-S', '10.77.0.1', '-b', '/dev/null', '-o', '/dev/null', '198.18.0.0/20'] },
  { tool: 'masscan', program: 'masscan', about: 'masscan of one port', syns: 4_096, command: ['masscan', '198.18.0.0/20', '-p', '443', '--rate', '5000', '--wait', '1', '--seed', '7', '-e', '{iface}', '--adapter-ip', '10.77.0.9', '--router-mac', '{mac}', '-oG', '/dev/null'] },
  { tool: 'nmap', program: 'nmap', about: 'nmap SYN scan of four ports', syns: 1_024, command: ['nmap', '-sS', '-Pn', '-n', '--max-retries', '0', '-T5', '-p', '22,23,80,443', '-e', '{iface}', '198.18.0.0/24'] },
] as const;

describe('real scan tools in a closed network', needs('root', 'netns', 'tcpdump'), () => {
  let network: ClosedNetwork;
  before(() => { network = closedNetwork(); });
  after(() => network.close());

  for (const { tool, program, about, syns, command } of RUNS) {
    test(`at least 99.9 % of the SYNs of ${about} are named ${tool}`, needs(program), async () => {
      const { total, tools } = tally(await annotatedCapture(await network.record(command), annotatorFor(['198.18.0.0/20'])), isSyn);
      assert.ok(total >= 0.98 * syns, `${total} of ${syns} SYNs were captured`);
      assert.ok((tools.get(tool) ?? 0) >= 0.999 * total, JSON.stringify([...tools]));
    });
  }

  test('every TCP and UDP probe of nmap OS detection is named nmap or nmap-os', needs('nmap'), async () => {
    const path = await network.record(['nmap', '-O', '-Pn', '-n', '--max-retries', '1', '--max-os-tries', '1', '-p', '22,80', '-e', '{iface}', '198.18.1.1-4']);
    const { total, tools } = tally(await annotatedCapture(path, annotatorFor(['198.18.0.0/20'])), (batch, i) => batch.proto[i] === PROTO.tcp || batch.proto[i] === PROTO.udp);
    assert.ok(total > 20, String(total));
    assert.equal((tools.get('nmap') ?? 0) + (tools.get('nmap-os') ?? 0), total, JSON.stringify([...tools]));
  });

  test('masscan of 53/udp is named by its identification and its DNS question number', needs('masscan'), async () => {
    const path = await network.record(['masscan', '198.18.0.0/20', '-pU:53', '--rate', '5000', '--wait', '1', '--seed', '7', '-e', '{iface}', '--adapter-ip', '10.77.0.9', '--router-mac', '{mac}', '-oG', '/dev/null']);
    const { total, tools } = tally(await annotatedCapture(path, annotatorFor(['198.18.0.0/20'])), (batch, i) => batch.proto[i] === PROTO.udp);
    assert.ok(total >= 4_000, String(total));
    assert.ok((tools.get('masscan-udp') ?? 0) >= 0.999 * total, JSON.stringify([...tools]));
  });

  test('ordinary connections through the same network are given no tool', async () => {
    const dial = "import('node:net').then(async (net) => { for (let k = 0; k < 500; k++) await new Promise((done) => { const s = net.connect(k % 2 ? 23 : 80, '198.18.' + (k >> 8) + '.' + (k & 255)); s.on('error', done); s.on('connect', () => { s.destroy(); done(); }); }); })";
    const { total, tools } = tally(await annotatedCapture(await network.record([process.execPath, '-e', dial]), annotatorFor(['198.18.0.0/20'])), isSyn);
    assert.ok(total >= 490, String(total));
    assert.deepEqual([...tools.keys()], ['']);
  });
});
