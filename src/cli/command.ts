/**
 * What a command is: its words and options as data (help, completion and docs come from them) and one `run`.
 *
 * A command writes through its Context only, never to `process`: the same code runs in the process that was started and,
 * when another process owns DATA, inside that owner on the caller's behalf (`hub-owner.ts`).
 * @module
 */
import type { Clock } from '../core/clock.ts';
import type { Hub } from './hub.ts';

/** Exit codes of the stable contract. */
export const EXIT = Object.freeze({ done: 0, no: 1, operator: 2, fault: 3 });

export interface OptionSpec {
  /** `--from <time>`, `--curves`, `--region <cidr...>` in commander's notation. */
  readonly flags: string;
  readonly about: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
}

export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Command {
  readonly name: string;
  readonly about: string;
  /** Positional arguments in commander's notation: `<file...>`, `[expression]`. */
  readonly args?: string;
  readonly options: readonly OptionSpec[];
  /** A line that runs as it stands (in an empty DATA where it needs none). */
  readonly example: string;
  /** Whether it opens DATA. `alone`: it must be the owner itself and cannot be sent to one. */
  readonly data: 'none' | 'shared' | 'alone';
  run(ctx: Context, args: readonly string[], options: Options): Promise<number | void>;
}

/** A bar on a terminal's stderr; silent elsewhere. */
export interface Progress {
  /** Sets what is done, in the unit given, and words behind the bar. */
  set(done: number, words?: string): void;
  end(): void;
}

export interface Context {
  readonly cwd: string;
  readonly dataDir: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly clock: Clock;
  /** Aborted by SIGINT, SIGTERM, a closed stdout, or a caller that went away. */
  readonly signal: AbortSignal;
  /** Writes to stdout; resolves when the reader has taken it. */
  out(text: string): Promise<void>;
  /** A message for people, on stderr, unless `--quiet`. */
  note(text: string): void;
  progress(label: string, total: number | null, unit: string): Progress;
  stdin(): AsyncIterable<Uint8Array>;
  hub(): Promise<Hub>;
}

/** Writes one JSON line. */
export function line(ctx: Context, value: unknown): Promise<void> {
  return ctx.out(`${JSON.stringify(value)}\n`);
}

/** Text of a string option, or undefined. */
export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Values of a repeatable option. */
export function list(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : typeof value === 'string' ? [value] : [];
}
