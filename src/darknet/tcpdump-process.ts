/**
 * Live capture on an interface: tcpdump as a child process, its stream read as slices, its drop counters as events.
 *
 * In: an interface name, the networks watched. Out: slices at least every FLUSH_MS, defects, counters (asked for every STATS_MS by
 * SIGUSR1, and once at the end). Nothing is lost silently: what the kernel dropped is in the counters.
 * Whose idea: a hardened capture tool that gives up its rights beats a native addon (architecture, section 8).
 * Lifetime: `stop` asks tcpdump to end (SIGINT, it flushes and prints its counters), then insists (SIGTERM, SIGKILL), within 5 s.
 * A shell waits on a pipe from this process and ends tcpdump when the pipe closes, so that even `kill -9` leaves no child. (The kernel's
 * own parent-death signal does not survive tcpdump's giving up of rights.)
 * Limits: `dst` filters see one VLAN tag only if `vlan` is asked for; IPv6 filters match the fixed header.
 * @module
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { formatCidr, type Cidr } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import { readCapture, type CaptureEvent } from './capture-reader.ts';

/** Longest wait for a slice, milliseconds. */
export const FLUSH_MS = 200;
/** How often tcpdump is asked for its counters, milliseconds. */
const STATS_MS = 5_000;
/** After `stop`: when SIGTERM and SIGKILL follow SIGINT, milliseconds. Together below the promised 5 s. */
const TERM_AFTER_MS = 2_000, KILL_AFTER_MS = 3_500;
/** Kernel ring buffer, KiB: at 100-byte packets about a third of a million. */
const BUFFER_KIB = 32_768;
/** Bytes kept of a packet: headers, options, and PAYLOAD_KEPT bytes of payload. */
const SNAP_BYTES = 512;
/** Most text of tcpdump's own that is kept for an error message, characters. */
const STDERR_KEPT = 4_096;
/** Most networks in a filter: more would pass the kernel's 4,096 BPF instructions, and then everything is captured. */
const FILTER_NETS = 512;

export interface LiveOptions {
  readonly interfaceName: string;
  readonly sensor: string;
  /** Only packets to these networks are captured; all if empty. */
  readonly regions: readonly Cidr[];
  /** Also packets with one VLAN tag. */
  readonly vlan?: boolean;
  readonly snapBytes?: number;
  readonly bufferKib?: number;
  readonly checksums?: boolean;
  readonly clock: Clock;
}

/** Totals since the start, as tcpdump prints them. */
export interface CaptureCounters {
  readonly kind: 'counters';
  readonly atUs: number;
  readonly captured: number;
  readonly received: number;
  readonly droppedByKernel: number;
  readonly droppedByInterface: number;
  /** The last ones of this capture. */
  readonly final: boolean;
}

export type LiveEvent = CaptureEvent | CaptureCounters;

export interface LiveCapture {
  /** Ends after `stop`, or throws OperatorError `interface` if tcpdump gives up by itself. */
  readonly events: AsyncIterable<LiveEvent>;
  /** Resolves when the child is gone, within 5 s. Can be called twice. */
  stop(): Promise<void>;
  readonly pid: number;
}

/** A BPF filter for packets to these networks; '' (everything) if there are none, or more than FILTER_NETS. */
export function filterFor(regions: readonly Cidr[], vlan = false): string {
  if (regions.length === 0 || regions.length > FILTER_NETS) return '';
  const nets = regions.map((region) => `dst net ${formatCidr(region)}`).join(' or ');
  return vlan ? `(${nets}) or (vlan and (${nets}))` : nets;
}

/** Starts capturing. Throws OperatorError `tcpdump-missing` or `interface`. */
export function captureLive(options: LiveOptions): LiveCapture {
  const { interfaceName, clock } = options;
  if (!/^[A-Za-z0-9_.:@][A-Za-z0-9_.:@-]{0,63}$/.test(interfaceName)) throw new OperatorError('interface', { name: interfaceName, reason: 'that is not a name of an interface' });
  const tcpdump = onPath('tcpdump');
  if (!tcpdump) throw new OperatorError('tcpdump-missing');
  const filter = filterFor(options.regions, options.vlan);
  const args = ['-i', interfaceName, '-w', '-', '-U', '-n', '--immediate-mode', '-s', String(options.snapBytes ?? SNAP_BYTES), '-B', String(options.bufferKib ?? BUFFER_KIB), ...(filter ? [filter] : [])];
  return new Live(spawn(tcpdump, args, { stdio: ['ignore', 'pipe', 'pipe'] }), options, clock);
}

/** Ends process $1 when standard input closes, if it still is a tcpdump. */
const WATCH = 'read -r line; case "$(cat "/proc/$1/comm" 2>/dev/null || ps -o comm= -p "$1")" in *tcpdump*) kill -TERM "$1";; esac';

/** Starts the shell that outlives us by a moment. Returns what ends it. */
function watchOver(pid: number): () => void {
  const watch = spawn('/bin/sh', ['-c', WATCH, 'sh', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watch.on('error', (error) => process.emitWarning(`tcpdump is not watched over: ${error.message}`));
  watch.stdin.on('error', (error) => process.emitWarning(`tcpdump is not watched over: ${error.message}`));
  watch.unref();
  (watch.stdin as unknown as { unref?(): void }).unref?.();
  return () => { watch.kill('SIGKILL'); };
}

/** Where a program is, looking in PATH and the system's own folders; null if it is not installed. */
export function onPath(name: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return null;
}

class Live implements LiveCapture {
  readonly events: AsyncIterable<LiveEvent>;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #gone: Promise<void>;
  /** The newest counters not yet given out: they are totals, so that older ones need not wait for a reader. */
  #pending: CaptureCounters | null = null;
  #stopping: Promise<void> | null = null;
  #captured = -1;
  #received = -1;
  #kernel = -1;
  #line = '';
  #said = '';
  #status = '';
  #listening = false;

  constructor(child: ChildProcess, options: LiveOptions, clock: Clock) {
    this.#child = child;
    this.#clock = clock;
    this.#name = options.interfaceName;
    this.pid = child.pid ?? -1;
    this.#gone = new Promise((resolve) => {
      child.on('error', (error) => { this.#status = error.message; resolve(); });
      child.on('close', (code, signal) => { this.#status = signal ?? `exit code ${code}`; resolve(); });
    });
    child.stderr?.setEncoding('latin1').on('data', (text: string) => this.#hear(text));
    const onExit = (): void => { child.kill('SIGKILL'); };
    const unwatch = child.pid === undefined ? (): void => {} : watchOver(child.pid);
    process.on('exit', onExit);
    void this.#gone.then(() => { process.off('exit', onExit); unwatch(); });
    this.events = this.#read(options);
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    const insist = [
      this.#clock.after(TERM_AFTER_MS, () => { this.#child.kill('SIGTERM'); }),
      this.#clock.after(KILL_AFTER_MS, () => { this.#child.kill('SIGKILL'); this.#child.stdout?.destroy(); this.#child.stderr?.destroy(); }),
    ];
    this.#child.kill('SIGINT');
    // A reader that no longer reads must not keep the pipe full, or the child could not end.
    this.#child.stdout?.resume();
    await this.#gone;
    for (const cancel of insist) cancel();
  }

  async *#read(options: LiveOptions): AsyncGenerator<LiveEvent> {
    // Counters are printed only by a tcpdump that captures: asked before, the signal would end it.
    const ask = this.#clock.every(STATS_MS, () => { if (this.#listening && !this.#stopping) this.#child.kill('SIGUSR1'); }, true);
    try {
      const flush = { everyMs: FLUSH_MS, clock: this.#clock };
      const stdout = this.#child.stdout;
      let begun = false;
      const bytes = async function* (): AsyncGenerator<Uint8Array> {
        if (!stdout) return;
        for await (const chunk of stdout as AsyncIterable<Buffer>) {
          begun = true;
          yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        }
      };
      try {
        for await (const event of readCapture(bytes(), { sensor: options.sensor, path: this.#name, checksums: options.checksums ?? true, flush })) {
          yield event;
          yield* this.#counted();
        }
      } catch (error) {
        // Without a single byte the reader finds no capture; tcpdump's own words say why.
        if (begun || !(error instanceof OperatorError)) throw error;
      }
      await this.#gone;
      yield* this.#counted();
      if (!this.#stopping) throw new OperatorError('interface', { name: this.#name, reason: this.#reason() });
    } finally {
      ask();
      await this.stop();
    }
  }

  #reason(): string {
    const lines = this.#said.split('\n').filter((line) => line.trim() !== '' && !/listening on|packets? (captured|received|dropped)/.test(line));
    const last = lines.at(-1)?.replace(/^\S*tcpdump: /, '').trim().replace(/\.$/, '');
    return last || `tcpdump ended (${this.#status})`;
  }

  #hear(text: string): void {
    this.#said = (this.#said + text).slice(-STDERR_KEPT);
    this.#line += text;
    for (let end = this.#line.indexOf('\n'); end >= 0; end = this.#line.indexOf('\n')) {
      this.#hearLine(this.#line.slice(0, end));
      this.#line = this.#line.slice(end + 1);
    }
    this.#line = this.#line.slice(-STDERR_KEPT);
  }

  /** `N packets captured, N packets received by filter, N packets dropped by kernel` in one line (SIGUSR1) or one by one (the end). */
  #hearLine(line: string): void {
    if (line.includes('listening on')) this.#listening = true;
    for (const [, count, what] of line.matchAll(/(\d+) packets? (captured|received by filter|dropped by kernel|dropped by interface)/g)) {
      if (what === 'captured') this.#captured = Number(count);
      else if (what === 'received by filter') this.#received = Number(count);
      else if (what === 'dropped by kernel') { this.#kernel = Number(count); this.#count(); }
      else if (what === 'dropped by interface') {
        if (this.#pending) this.#pending = { ...this.#pending, droppedByInterface: Number(count) };
      }
    }
  }

  #count(): void {
    this.#pending = {
      kind: 'counters', atUs: this.#clock.nowUs(), captured: this.#captured, received: this.#received, droppedByKernel: this.#kernel, droppedByInterface: 0, final: this.#stopping !== null,
    };
  }

  *#counted(): Generator<CaptureCounters> {
    if (this.#pending) yield this.#pending;
    this.#pending = null;
  }
}
