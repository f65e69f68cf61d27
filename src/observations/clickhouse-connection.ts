/**
 * A ClickHouse server over HTTP, through @clickhouse/client: the same store beyond one machine.
 *
 * In: `http(s)://user:password@host:8123/database` (the database is created if it is missing; default `noroshi`).
 * Limits: advised from server 24.8 on. Backups are the server's own.
 * @module
 */
import { Readable } from 'node:stream';
import { createClient } from '@clickhouse/client';
import { OperatorError } from '../core/errors.ts';
import { DEFAULT_LIMITS, INSERT_SETTINGS, plainDialect, sessionSettings, type EngineLimits, type EventEngine } from './dialect.ts';

export async function openClickhouse(url: string, limits: EngineLimits = DEFAULT_LIMITS): Promise<EventEngine> {
  if (!URL.canParse(url)) throw new OperatorError('clickhouse', { url: 'the given URL', message: 'it is not a URL' });
  const parsed = new URL(url);
  const database = decodeURIComponent(parsed.pathname.replace(/^\//, '')) || 'noroshi';
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(database)) throw new OperatorError('clickhouse', { url: parsed.host, message: `'${database}' is not a name of a database` });
  const base = {
    url: `${parsed.protocol}//${parsed.host}`,
    ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
    clickhouse_settings: sessionSettings(limits),
    request_timeout: 600_000,
  };
  const fail = (error: unknown): never => {
    throw new OperatorError('clickhouse', { url: parsed.host, message: error instanceof Error ? error.message.slice(0, 300) : String(error) });
  };
  const first = createClient(base);
  try { await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` }); } catch (error) { fail(error); } finally { await first.close(); }
  const client = createClient({ ...base, database });
  const select = async <T>(sql: string): Promise<T[]> => (await client.query({ query: sql, format: 'JSONEachRow' })).json<T>() as Promise<T[]>;
  const version = (await select<{ v: string }>('SELECT version() AS v').catch(fail))[0]?.v ?? '';
  return {
    name: `ClickHouse ${version}`,
    dialect: plainDialect('clickhouse'),
    async command(sql) { await client.command({ query: sql, clickhouse_settings: { mutations_sync: '2' } }); },
    select,
    async selectNative(sql) {
      const { stream } = await client.exec({ query: `${sql} FORMAT Native` });
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    async *stream<T>(sql: string) {
      const result = await client.query({ query: sql, format: 'JSONEachRow' });
      try {
        for await (const rows of result.stream()) for (const row of rows) yield row.json<T>();
      } finally { result.close(); }
    },
    async insertNative(table, columns, chunks, token) {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT Native`, values: Readable.from(chunks, { objectMode: false }),
        clickhouse_settings: { ...INSERT_SETTINGS, insert_deduplication_token: token } as Record<string, string | number>,
      });
      for await (const chunk of stream) void chunk;
    },
    folder: null,
    close: () => client.close(),
  };
}
