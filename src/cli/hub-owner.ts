/**
 * Who owns DATA: the lock, and the socket on which the owner runs other processes' commands.
 *
 * chDB refuses a second opener of a directory and PGlite does not notice one, so a process that opens DATA first takes the
 * lock: an abstract socket named for DATA's device and inode, which dies with its process. Where the system has none,
 * a socket file is tried and replaced when nobody answers. The owner then serves `DATA/hub.sock` (mode 0600, in a directory
 * of mode 0700) and writes `DATA/owner`.
 * @module
 */
import { createServer, type Server, type Socket } from 'node:net';
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import { onFrames, sendFrame, type CallFrame, type OwnerNote } from './hub-client.ts';

/** Longest path of a Unix socket that every system takes, bytes. */
const SOCKET_PATH_MAX = 100;

/** A command sent by another process. */
export interface RemoteCall {
  readonly call: CallFrame;
  readonly signal: AbortSignal;
  out(text: string): Promise<void>;
  err(text: string): void;
  stdin(): AsyncIterable<Uint8Array>;
}

export interface Ownership {
  /** Serves calls with `run`, which resolves to the exit code. */
  serve(command: string, run: (call: RemoteCall) => Promise<number>): Promise<void>;
  /** Takes no more calls and waits for the running ones. */
  drain(): Promise<void>;
  /** Lets go of the lock; the stores must be closed by now. */
  release(): Promise<void>;
}

/** Makes DATA if it is missing (mode 0700) and takes its lock; null when another process has it. */
export async function takeOwnership(dataDir: string): Promise<Ownership | null> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new OperatorError('directory', { path: dataDir, reason: (error as Error).message });
  }
  const { dev, ino } = statSync(dataDir);
  const lock = process.platform === 'linux' ? await listen(`\0noroshi-${dev}-${ino}`) : await listenReplacing(join(tmpdir(), `noroshi-${dev}-${ino}.lock`));
  if (!lock) return null;
  lock.unref();

  let server: Server | null = null;
  const running = new Set<Promise<void>>();
  const direct = join(dataDir, 'hub.sock');
  const socketPath = Buffer.byteLength(direct) <= SOCKET_PATH_MAX ? direct : join(tmpdir(), `noroshi-${dev}-${ino}.sock`);
  return {
    async serve(command, run) {
      rmSync(socketPath, { force: true });
      const before = process.umask(0o177);
      server = await listen(socketPath, (socket) => {
        const done = answer(socket, run);
        running.add(done);
        void done.finally(() => running.delete(done));
      });
      process.umask(before);
      if (!server) throw new OperatorError('data-busy', { path: dataDir });
      server.unref();
      chmodSync(socketPath, 0o600);
      const note: OwnerNote = { pid: process.pid, command, socket: socketPath };
      writeFileSync(join(dataDir, 'owner'), JSON.stringify(note), { mode: 0o600 });
    },
    async drain() {
      server?.close();
      while (running.size > 0) await Promise.all(running);
    },
    async release() {
      rmSync(socketPath, { force: true });
      rmSync(join(dataDir, 'owner'), { force: true });
      await new Promise<void>((resolve) => lock.close(() => resolve()));
    },
  };
}

async function answer(socket: Socket, run: (call: RemoteCall) => Promise<number>): Promise<void> {
  const gone = new AbortController();
  const input: Uint8Array[] = [];
  let inputEnded = false, wake = () => {};
  const finished = new Promise<void>((resolve) => socket.on('close', () => { gone.abort(); inputEnded = true; wake(); resolve(); }));
  socket.on('error', () => socket.destroy());
  onFrames(socket, (frame) => {
    if (frame.t === 'in') { input.push(Buffer.from(frame.d, 'base64')); if (input.length > 16) socket.pause(); wake(); }
    else if (frame.t === 'in-end') { inputEnded = true; wake(); }
    else if (frame.t === 'call') {
      void run({
        call: frame, signal: gone.signal,
        out: (d) => sendFrame(socket, { t: 'out', d }),
        err: (d) => { void sendFrame(socket, { t: 'err', d }); },
        async *stdin() {
          for (;;) {
            const chunk = input.shift();
            if (chunk) { if (input.length < 8) socket.resume(); yield chunk; }
            else if (inputEnded) return;
            else await new Promise<void>((resolve) => { wake = resolve; });
          }
        },
      }).then((code) => sendFrame(socket, { t: 'exit', code })).then(() => socket.end());
    }
  });
  await finished;
}

function listen(path: string, onConnection?: (socket: Socket) => void): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer(onConnection);
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen({ path }, () => resolve(server));
  });
}

/** For systems without abstract sockets: a socket file that nobody answers on is stale and is replaced. */
async function listenReplacing(path: string): Promise<Server | null> {
  const first = await listen(path);
  if (first) return first;
  const { connect } = await import('node:net');
  const alive = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
  if (alive) return null;
  rmSync(path, { force: true });
  return listen(path);
}
