/**
 * The program: words in, streams and an exit code out. Becomes the owner of DATA, or sends its work to the owner.
 * @module
 */
import { isAbsolute, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { OperatorError, Refusal } from '../core/errors.ts';
import { systemClock } from '../core/clock.ts';
import { shipped } from '../core/root.ts';
import { EXIT, type Context } from './command.ts';
import { callOwner, connectOwner } from './hub-client.ts';
import { takeOwnership } from './hub-owner.ts';
import { openHub, type Hub } from './hub.ts';
import { parseCommandLine, type Parsed } from './parse.ts';
import { progressBar, silentProgress } from './progress.ts';
import { COMMANDS } from './registry.ts';

type Run = Extract<Parsed, { kind: 'run' }>;
interface Streams {
  readonly cwd: string; readonly tty: boolean; readonly signal: AbortSignal;
  out(text: string): Promise<void>; err(text: string): void; stdin(): AsyncIterable<Uint8Array>;
}

/** Within this time after a signal everything has ended; then the process is ended. Contract: 5 s. */
const END_MS = 4_500;

export const version: string = (JSON.parse(readFileSync(shipped('package.json'), 'utf8')) as { version: string }).version;

function parse(argv: readonly string[]): Parsed {
  return parseCommandLine(argv, Object.values(COMMANDS), version, process.env);
}

/** Runs one parsed command on given streams; resolves to its exit code. Never rejects. */
async function execute(run: Run, streams: Streams, hub: () => Promise<Hub>): Promise<number> {
  const ctx: Context = {
    cwd: streams.cwd, dataDir: resolve(streams.cwd, run.dataDir), json: run.json, quiet: run.quiet, clock: systemClock, signal: streams.signal,
    out: (t) => streams.out(t),
    note: (t) => { if (!run.quiet) streams.err(`${t}\n`); },
    progress: (label, total, unit) => (streams.tty && !run.quiet ? progressBar(systemClock, (t) => streams.err(t), label, total, unit) : silentProgress),
    stdin: () => streams.stdin(), hub,
  };
  try {
    return (await run.command.run(ctx, run.args, run.options)) ?? EXIT.done;
  } catch (error) {
    if (streams.signal.aborted) return EXIT.done;
    return report(error, streams.err);
  }
}

function report(error: unknown, err: (text: string) => void): number {
  if (error instanceof OperatorError) { err(`noroshi: ${error.message} ${error.remedy}\n`); return EXIT.operator; }
  if (error instanceof Refusal) { err(`noroshi: ${error.message} (${error.code})\n`); return EXIT.operator; }
  err(`noroshi: our own fault, please report it: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
  return EXIT.fault;
}

async function main(argv: readonly string[]): Promise<number> {
  const ended = new AbortController();
  const stop = () => {
    if (ended.signal.aborted) return;
    ended.abort();
    systemClock.after(END_MS, () => process.exit(EXIT.done), true);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.stdout.on('error', stop); // EPIPE: the reader has gone
  process.stderr.on('error', () => {});
  const streams: Streams = {
    cwd: process.cwd(), tty: process.stderr.isTTY === true, signal: ended.signal,
    out: (t) => new Promise((done) => { if (ended.signal.aborted) done(); else process.stdout.write(t, () => done()); }),
    err: (t) => { process.stderr.write(t); },
    stdin: () => process.stdin,
  };
  let parsed: Parsed;
  try { parsed = parse(argv); } catch (error) { return report(error, streams.err); }
  if (parsed.kind === 'print') { await streams.out(parsed.text); return EXIT.done; }
  const run = parsed;
  if (run.command.data === 'none') {
    return execute(run, streams, () => Promise.reject(new Error(`${run.command.name} asked for DATA without declaring it`)));
  }
  const dataDir = resolve(streams.cwd, run.dataDir);
  try {
    const ownership = await takeOwnership(dataDir);
    if (!ownership) {
      const socket = await connectOwner(dataDir, systemClock);
      if (run.command.data === 'alone') { socket.destroy(); throw new OperatorError('data-owned', { path: run.dataDir, command: run.command.name }); }
      const piped = run.args.includes('-') ? process.stdin : null;
      return await callOwner(socket, { argv, cwd: streams.cwd, tty: streams.tty }, { stdin: piped, out: streams.out, err: streams.err, signal: ended.signal });
    }
    let opened: Promise<Hub> | null = null;
    const hub = () => (opened ??= openHub({ dataDir, clock: systemClock, version, note: (t) => { if (!run.quiet) streams.err(`${t}\n`); } }));
    try {
      await ownership.serve(run.command.name, async (remote) => {
        const remoteStreams: Streams = { ...remote, cwd: isAbsolute(remote.call.cwd) ? remote.call.cwd : process.cwd(), tty: remote.call.tty };
        let theirs: Parsed;
        try { theirs = parse(remote.call.argv); } catch (error) { return report(error, remote.err); }
        if (theirs.kind === 'print') { await remote.out(theirs.text); return EXIT.done; }
        return execute(theirs, remoteStreams, hub);
      });
      return await execute(run, streams, hub);
    } finally {
      await ownership.drain();
      if (opened) await (opened as Promise<Hub>).then((open) => open.close(), () => {});
      await ownership.release();
    }
  } catch (error) {
    return report(error, streams.err);
  }
}

process.exitCode = await main(process.argv.slice(2));
// Native engines and pools may keep the loop alive; everything that matters is closed by now.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit();
