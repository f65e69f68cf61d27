/**
 * Alerts to a program of the operator's: the message as one line of JSON on its standard input.
 *
 * No shell: the first word is the program, the rest are its arguments, and nothing of a message ever becomes one. The program gets
 * PATH and the message's id in NOROSHI_ALERT_ID, nothing else of our environment. Exit 0 is delivered; 75 (EX_TEMPFAIL of sysexits.h)
 * and a time-out are tried later; a missing program and every other exit are tried later too, because a hook is mended by people.
 * @module
 */
import { spawn } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import { OperatorError } from '../../core/errors.ts';
import type { AlertMessage, AlertSink, Delivery } from '../../findings/alerts.ts';

/** Longest run, milliseconds; then SIGKILL. */
export const COMMAND_TIMEOUT_MS = 30_000;
/** Characters of standard error that are kept. */
const STDERR_KEPT = 400;

export interface CommandOptions {
  readonly name: string;
  /** Program and arguments; the program absolute or found in PATH. */
  readonly command: readonly string[];
  readonly path: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

export function commandSink(options: CommandOptions): AlertSink {
  const [program, ...args] = options.command;
  if (program === undefined || program === '') throw new OperatorError('usage', { message: 'An alert command names a program.' });
  return { name: options.name, send: (message) => run(program, args, message, options) };
}

function run(program: string, args: readonly string[], message: AlertMessage, options: CommandOptions): Promise<Delivery> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { shell: false, stdio: ['pipe', 'ignore', 'pipe'], env: { PATH: options.path, NOROSHI_ALERT_ID: message.id } });
    let errors = '', late = false;
    const cancel = options.clock.after(options.timeoutMs ?? COMMAND_TIMEOUT_MS, () => { late = true; child.kill('SIGKILL'); }, true);
    const end = (delivery: Delivery) => { cancel(); resolve(delivery); };
    child.on('error', (error) => end({ kind: 'later', reason: `'${program}' cannot be run: ${error.message}` }));
    child.stderr.on('data', (chunk: Buffer) => { if (errors.length < STDERR_KEPT) errors += chunk.toString('latin1').slice(0, STDERR_KEPT - errors.length); });
    // A program that does not read its input is no failure: its exit code decides.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify(message)}\n`);
    child.on('close', (code, signal) => {
      if (code === 0) return end({ kind: 'delivered' });
      const how = late ? 'did not end in time' : signal ? `was ended by ${signal}` : `exited with ${code}`;
      end({ kind: 'later', reason: `'${program}' ${how}${errors === '' ? '' : `: ${errors.replace(/[^\x20-\x7e]+/g, ' ').trim()}`}` });
    });
  });
}
