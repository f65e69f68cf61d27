/**
 * The program as a user runs it: real processes, real directories, for end-to-end tests.
 * @module
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../needs.ts';

export const MAIN = join(projectRoot, 'dist/src/cli/main.js');

export interface Ran { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly out: string; readonly err: string }

/** Starts the program; `end` resolves when it has ended. */
export function start(args: readonly string[], input?: Uint8Array | string): { child: ChildProcess; end: Promise<Ran>; firstLine: Promise<string> } {
  const child = spawn(process.execPath, ['--no-warnings', MAIN, ...args], { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], env: { ...process.env, NOROSHI_DATA: '' } });
  let out = '', err = '';
  let first: (line: string) => void = () => {};
  const firstLine = new Promise<string>((resolve) => { first = resolve; });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { out += text; if (out.includes('\n')) first(out.slice(0, out.indexOf('\n'))); });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { err += text; });
  if (input !== undefined) { child.stdin?.on('error', () => {}); child.stdin?.end(input); }
  const end = new Promise<Ran>((resolve) => child.on('close', (code, signal) => { first(''); resolve({ code, signal, out, err }); }));
  return { child, end, firstLine };
}

/** Runs a command to its end. */
export function run(args: readonly string[], input?: Uint8Array | string): Promise<Ran> {
  return start(args, input).end;
}

/** Runs a command that must succeed and parses its JSON lines. */
export async function runJson<T = Record<string, unknown>>(args: readonly string[], input?: Uint8Array | string): Promise<T[]> {
  const { code, out, err } = await run([...args, '--json'], input);
  if (code !== 0) throw new Error(`noroshi ${args.join(' ')} ended with ${code}: ${err}`);
  return out.split('\n').filter((l) => l !== '').map((l) => JSON.parse(l) as T);
}

/** A directory that is gone after the test. */
export function temporaryDir(t: { after(done: () => void): void }): string {
  const dir = mkdtempSync(join(tmpdir(), 'noroshi-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Waits until `check` gives something, asking every 50 ms, at most `attempts` times. */
export async function until<T>(check: () => Promise<T | null | undefined | false> | T | null | undefined | false, attempts = 400): Promise<T> {
  for (let i = 0; i < attempts; i++) {
    const value = await check();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('what was waited for did not come');
}
