/**
 * The one door through which a test may be skipped: what it needs, and why it is not here.
 *
 * In CI (`CI=true`) a missing need fails the run instead: there everything must be tested.
 * @module
 */
import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the clone, with a trailing slash removed. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Folder of shared test data beside the clone; `existsSync` it through {@link needs}. */
export const sharedData = join(projectRoot, '..', 'shared', 'data');

const said = new Set<string>();

function command(name: string): boolean {
  try { execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }); return true; } catch { return false; }
}

const CHECKS = {
  'shared-data': () => (existsSync(sharedData) ? null : 'the shared test data is not beside this clone'),
  tshark: () => (command('tshark') ? null : 'tshark is not installed'),
  tcpdump: () => (command('tcpdump') ? null : 'tcpdump is not installed'),
  zmap: () => (command('zmap') ? null : 'zmap is not installed'),
  masscan: () => (command('masscan') ? null : 'masscan is not installed'),
  nmap: () => (command('nmap') ? null : 'nmap is not installed'),
  postgres: () => (command('initdb') && command('pg_ctl') ? null : 'PostgreSQL (initdb, pg_ctl) is not installed'),
  openssl: () => (command('openssl') ? null : 'openssl is not installed'),
  chromium: () => (command('chromium') ? null : 'chromium is not installed'),
  root: () => (process.getuid?.() === 0 ? null : 'this test needs root (network namespaces)'),
  netns: () => { try { execFileSync('unshare', ['-n', 'true'], { stdio: 'ignore' }); return null; } catch { return 'network namespaces are not permitted here'; } },
  clickhouse: () => (process.env['NOROSHI_CLICKHOUSE_URL'] ? null : 'NOROSHI_CLICKHOUSE_URL is not set'),
} satisfies Record<string, () => string | null>;
export type Need = keyof typeof CHECKS;

/** `test('…', needs('shared-data', 'tshark'), () => …)`: options for node:test. `clickhouse` is optional even in CI. */
export function needs(...wanted: readonly Need[]): { skip?: string } {
  for (const need of wanted) {
    const missing = CHECKS[need]();
    if (missing === null) continue;
    if (process.env['CI'] === 'true' && need !== 'clickhouse') throw new Error(`CI must run this test, but ${missing}`);
    if (!said.has(missing)) { said.add(missing); process.stderr.write(`skipped: ${missing}\n`); }
    return { skip: missing };
  }
  return {};
}
