/**
 * chDB in the process: the embedded event store's engine.
 *
 * In: a directory. Out: an {@link EventEngine}. Statements run on libuv threads, so the event loop never waits for one.
 * Measured: one chDB connection runs one statement at a time, connections of one directory run side by side; so there is one
 * connection for writing, and a small pool for questions, each used by one statement at a time.
 * Blocks enter as a file in Native format (`<dir>/incoming/`, removed afterwards): 3.4.0 takes raw bytes in text formats only.
 * Limits: one directory a process, one process a directory (the caller holds DATA's lock). A statement cannot be interrupted.
 * @module
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Session } from 'chdb';
import { OperatorError } from '../core/errors.ts';
import { DEFAULT_LIMITS, INSERT_SETTINGS, plainDialect, sessionSettings, type EngineLimits, type EventEngine } from './dialect.ts';

const require = createRequire(import.meta.url);

/** Connections that answer questions side by side. libuv has four threads; one is left to files and one to writing. */
const READERS = Math.max(1, Math.min(3, availableParallelism()));

/** Hands out items of a fixed set; waiters are served in turn. */
class Pool<T> {
  private readonly free: T[];
  private readonly waiting: ((item: T) => void)[] = [];
  constructor(items: readonly T[]) { this.free = [...items]; }
  take(): Promise<T> {
    const item = this.free.pop();
    return item === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve(item);
  }
  give(item: T): void {
    const next = this.waiting.shift();
    if (next) next(item); else this.free.push(item);
  }
  async use<R>(work: (item: T) => Promise<R>): Promise<R> {
    const item = await this.take();
    try { return await work(item); } finally { this.give(item); }
  }
}

function parseLines<T>(text: string): T[] {
  const rows: T[] = [];
  for (let from = 0; from < text.length;) {
    let end = text.indexOf('\n', from);
    if (end < 0) end = text.length;
    if (end > from) rows.push(JSON.parse(text.slice(from, end)) as T);
    from = end + 1;
  }
  return rows;
}

/** Opens (and creates) a chDB store. `durable` is a setting of the tables, not of the engine. */
export async function openChdb(dir: string, limits: EngineLimits = DEFAULT_LIMITS): Promise<EventEngine> {
  const chdb = require('chdb') as typeof import('chdb');
  const path = resolve(dir), incoming = join(path, 'incoming');
  try { mkdirSync(incoming, { recursive: true, mode: 0o700 }); } catch (error) {
    throw new OperatorError('directory', { path: dir, reason: error instanceof Error ? error.message : String(error) });
  }
  for (const left of readdirSync(incoming)) rmSync(join(incoming, left), { force: true });

  const settings = Object.entries(sessionSettings(limits)).map(([key, value]) => `--${key}=${value}`);
  const connectionArgs = [...settings, '--logger.level=none'];
  const sessions: Session[] = [];
  try {
    for (let i = 0; i <= READERS; i++) sessions.push(new chdb.Session(join(path, 'chdb'), { connectionArgs }));
  } catch (error) {
    for (const session of sessions) session.close();
    throw new OperatorError('directory', { path: dir, reason: error instanceof Error ? error.message : String(error) });
  }
  const writer = new Pool([sessions[0] as Session]), readers = new Pool(sessions.slice(1));
  let serial = 0, closed = false;
  const select = async <T>(sql: string): Promise<T[]> => readers.use(async (session) => parseLines<T>((await session.queryAsync(sql, { format: 'JSONEachRow' })).text()));
  const version = (await select<{ v: string }>('SELECT version() AS v'))[0]?.v ?? '';
  const insertSettings = Object.entries(INSERT_SETTINGS).map(([key, value]) => `${key} = ${value}`).join(', ');

  return {
    name: `chDB ${version}`,
    dialect: plainDialect('chdb'),
    command: (sql) => writer.use(async (session) => { await session.queryAsync(sql); }),
    select,
    selectNative: (sql) => readers.use(async (session) => (await session.queryAsync(sql, { format: 'Native' })).bytes()),
    async *stream<T>(sql: string) {
      const session = await readers.take();
      try {
        for await (const chunk of session.queryStream(sql, { format: 'JSONEachRow' })) yield* parseLines<T>(chunk.text());
      } finally { readers.give(session); }
    },
    async insertNative(table, columns, chunks, token) {
      const file = join(incoming, `${process.pid}-${serial++}.native`);
      const handle = await open(file, 'wx', 0o600);
      try {
        try { await handle.writev(chunks as Uint8Array[]); } finally { await handle.close(); }
        await writer.use(async (session) => {
          await session.queryAsync(`INSERT INTO ${table} (${columns.join(', ')}) SETTINGS ${insertSettings}, insert_deduplication_token = ${stringSetting(token)}
            SELECT ${columns.join(', ')} FROM file(${stringSetting(file)}, Native)`);
        });
      } finally { await rm(file, { force: true }); }
    },
    folder: path,
    async close() {
      if (closed) return;
      closed = true;
      for (const session of sessions) session.close();
      await chdb.drainPending();
    },
  };
}

/** Quoted text where the grammar allows no function call: printable ASCII without quotes and backslashes only. */
function stringSetting(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text) || /['\\]/.test(text)) throw new OperatorError('directory', { path: text, reason: 'quotes, backslashes and characters beyond ASCII are not possible in this path' });
  return `'${text}'`;
}

