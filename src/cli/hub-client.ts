/**
 * The socket between a command and the process that owns DATA: frames, and the caller's side.
 *
 * Frames are JSON lines, at most MAX_FRAME_BYTES. Caller → owner: `call` (argv, cwd, terminal facts), `in` (standard
 * input, base64), `in-end`. Owner → caller: `out`, `err`, `exit`. Access to the socket (mode 0700) means administrator.
 * If the caller goes away the owner aborts the command; if the owner goes away the caller exits 3.
 * @module
 */
import { connect, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';

export const MAX_FRAME_BYTES = 4 << 20;
/** How long a command waits for an owner that has the lock but does not answer yet (it may be starting). */
const CONNECT_PATIENCE_MS = 20_000;
const RETRY_MS = 100;

export type CallFrame = { readonly t: 'call'; readonly argv: readonly string[]; readonly cwd: string; readonly tty: boolean };
export type Frame =
  | CallFrame
  | { readonly t: 'in'; readonly d: string }
  | { readonly t: 'in-end' }
  | { readonly t: 'out'; readonly d: string }
  | { readonly t: 'err'; readonly d: string }
  | { readonly t: 'exit'; readonly code: number };

/** What `DATA/owner` says about the owner. */
export interface OwnerNote { readonly pid: number; readonly command: string; readonly socket: string }

export function readOwner(dataDir: string): OwnerNote | null {
  try {
    const note = JSON.parse(readFileSync(join(dataDir, 'owner'), 'utf8')) as Partial<OwnerNote>;
    return typeof note.pid === 'number' && typeof note.socket === 'string' ? { pid: note.pid, command: String(note.command ?? ''), socket: note.socket } : null;
  } catch {
    return null; // no owner has written yet, or it is being written: the caller tries again
  }
}

/** Writes a frame; resolves when the socket wants more. Rejects never: a dead socket ends by its own event. */
export function sendFrame(socket: Socket, frame: Frame): Promise<void> {
  if (socket.destroyed || !socket.writable) return Promise.resolve();
  if (socket.write(`${JSON.stringify(frame)}\n`)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => { socket.off('drain', done); socket.off('close', done); resolve(); };
    socket.on('drain', done);
    socket.on('close', done);
  });
}

/** Calls `take` for each frame; a malformed or oversized one destroys the socket. */
export function onFrames(socket: Socket, take: (frame: Frame) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const text = rest.slice(0, end);
      rest = rest.slice(end + 1);
      let frame: Frame;
      try { frame = JSON.parse(text) as Frame; } catch { socket.destroy(new Error('malformed frame')); return; }
      take(frame);
    }
    if (rest.length > MAX_FRAME_BYTES) socket.destroy(new Error('oversized frame'));
  });
}

/** Connects to the owner of DATA, waiting while it starts; throws `data-busy` when it does not answer. */
export async function connectOwner(dataDir: string, clock: Clock): Promise<Socket> {
  const startMs = clock.steadyMs();
  for (;;) {
    const note = readOwner(dataDir);
    if (note) {
      const socket = await tryConnect(note.socket);
      if (socket) return socket;
    }
    if (clock.steadyMs() - startMs > CONNECT_PATIENCE_MS) throw new OperatorError('data-busy', { path: dataDir });
    await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
  }
}

function tryConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

/** Runs a command inside the owner, passing streams through; resolves to its exit code. */
export function callOwner(socket: Socket, call: Omit<CallFrame, 't'>, streams: {
  readonly stdin: NodeJS.ReadableStream | null;
  readonly out: (text: string) => Promise<void>;
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
}): Promise<number> {
  return new Promise((resolve) => {
    let code: number | null = null;
    let writing = Promise.resolve();
    socket.on('error', () => { socket.destroy(); });
    socket.on('close', () => {
      void writing.then(() => {
        if (code === null && !streams.signal.aborted) streams.err('noroshi: the process that owns DATA went away.\n');
        resolve(code ?? (streams.signal.aborted ? 0 : 3));
      });
    });
    onFrames(socket, (frame) => {
      if (frame.t === 'out') {
        socket.pause();
        writing = writing.then(() => streams.out(frame.d)).then(() => { socket.resume(); });
      } else if (frame.t === 'err') streams.err(frame.d);
      else if (frame.t === 'exit') { code = frame.code; socket.end(); }
    });
    streams.signal.addEventListener('abort', () => socket.destroy(), { once: true });
    void sendFrame(socket, { t: 'call', ...call });
    if (streams.stdin) {
      const stdin = streams.stdin;
      void (async () => {
        for await (const chunk of stdin) await sendFrame(socket, { t: 'in', d: Buffer.from(chunk as Uint8Array).toString('base64') });
        await sendFrame(socket, { t: 'in-end' });
      })();
    }
  });
}
