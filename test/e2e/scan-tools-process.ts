/**
 * A closed network of two namespaces for real scan tools: nothing sent in it leaves the machine.
 *
 * In: a command to run in the first namespace. Out: the capture that tcpdump made in the second, where 198.18.0.0/20 (benchmarking
 * addresses, RFC 2544) is local. Nothing is routed further; namespaces, processes and files are removed in every case.
 * Limits: a command gets TIME_LIMIT_MS, the capture at most PACKET_LIMIT packets.
 * @module
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TIME_LIMIT_MS = 60_000;
const PACKET_LIMIT = 50_000;

export interface ClosedNetwork {
  /** Runs a command in the scanning namespace while tcpdump listens in the other; gives the capture's path. `{iface}` and `{mac}` (the gateway's) are filled in. */
  record(command: readonly string[]): Promise<string>;
  close(): void;
}

/** Makes the network; needs root. */
export function closedNetwork(): ClosedNetwork {
  const tag = `nrsh${process.pid}`.slice(-10), near = `${tag}a`, far = `${tag}b`, nearIf = `${tag}x`, farIf = `${tag}y`;
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-scan-tools-'));
  const ip = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const close = () => {
    for (const name of [near, far]) {
      try {
        // Whatever still runs inside ends with its namespace.
        for (const id of ip('netns', 'pids', name).split('\n').filter((line) => line !== '')) process.kill(Number(id), 'SIGKILL');
      } catch { /* the namespace was never made, or its processes have just ended */ }
      try { ip('netns', 'del', name); } catch { /* never made */ }
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const name of [near, far]) ip('netns', 'add', name);
    ip('link', 'add', nearIf, 'netns', near, 'type', 'veth', 'peer', 'name', farIf, 'netns', far);
    for (const [name, iface, address] of [[near, nearIf, '10.77.0.1/24'], [far, farIf, '10.77.0.2/24']] as const) {
      ip('-n', name, 'addr', 'add', address, 'dev', iface);
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'link', 'set', iface, 'up');
    }
    ip('-n', far, 'route', 'add', 'local', '198.18.0.0/20', 'dev', 'lo');
    ip('-n', near, 'route', 'add', '198.18.0.0/20', 'via', '10.77.0.2');
    const mac = /link\/ether (\S+)/.exec(ip('-n', far, 'link', 'show', farIf))?.[1] ?? '';
    // The gateway's address is known from the start, so that no tool waits for ARP.
    ip('-n', near, 'neigh', 'replace', '10.77.0.2', 'lladdr', mac, 'dev', nearIf);
    let runs = 0;
    return {
      close,
      async record(command) {
        const path = join(folder, `${++runs}.pcap`);
        const listener = spawn('ip', ['netns', 'exec', far, 'tcpdump', '-i', farIf, '-Q', 'in', '-c', String(PACKET_LIMIT), '--immediate-mode', '-U', '-B', '16384', '-s', '256', '-w', path], { stdio: ['ignore', 'ignore', 'pipe'] });
        try {
          await said(listener, /listening on/);
          const filled = command.map((word) => word.replaceAll('{iface}', nearIf).replaceAll('{mac}', mac));
          await ended(spawn('ip', ['netns', 'exec', near, ...filled], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] }), command[0] ?? '');
        } finally {
          listener.kill('SIGINT');
          await new Promise<void>((done) => { if (listener.exitCode !== null || listener.signalCode !== null) done(); else listener.once('exit', () => done()); });
        }
        readFileSync(path);
        return path;
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

function said(child: ChildProcess, words: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (bytes: Buffer) => { text = (text + bytes.toString('utf8')).slice(-4096); if (words.test(text)) resolve(); });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`tcpdump ended with ${code ?? 'a signal'}: ${text}`)));
  });
}

function ended(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const limit = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`${name} ran longer than ${TIME_LIMIT_MS} ms: ${text}`)); }, TIME_LIMIT_MS);
    child.stderr?.on('data', (bytes: Buffer) => { text = (text + bytes.toString('utf8')).slice(-4096); });
    child.once('error', (error) => { clearTimeout(limit); reject(error); });
    child.once('exit', (code) => { clearTimeout(limit); if (code === 0) resolve(); else reject(new Error(`${name} ended with ${code ?? 'a signal'}: ${text}`)); });
  });
}
