/**
 * Configuration: flag > environment > `DATA/noroshi.toml` > default. What changes at run time is a setting, not configuration.
 *
 * The file is optional and checked against the schema below; a mistake names its key. Secrets in it are never logged.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { OperatorError } from '../core/errors.ts';

const sink = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), url: z.url({ protocol: /^https?$/ }), secret: z.string().min(16).describe('signs each request (HMAC-SHA-256)'), least_severity: z.int().min(1).max(5).default(3) }),
  z.strictObject({ kind: z.literal('command'), argv: z.array(z.string()).min(1).describe('program and arguments; the alert is JSON on its standard input'), least_severity: z.int().min(1).max(5).default(3) }),
  z.strictObject({ kind: z.literal('json-lines'), path: z.string().describe('file that each alert is appended to'), least_severity: z.int().min(1).max(5).default(1) }),
]);

const schema = z.strictObject({
  portal: z.strictObject({
    port: z.int().min(0).max(65_535).default(8787), host: z.string().default('127.0.0.1'),
    tls_cert: z.string().optional(), tls_key: z.string().optional(), behind_proxy: z.boolean().default(false),
  }).prefault({}),
  stores: z.strictObject({
    clickhouse_url: z.string().optional().describe('a ClickHouse server instead of the embedded engine'),
    records_url: z.string().optional().describe('a PostgreSQL server instead of the embedded one'),
    memory_mib: z.int().min(128).default(1024).describe('most memory of one question or insert in the event store'),
  }).prefault({}),
  alerts: z.array(sink).default([]),
});
export type Config = z.infer<typeof schema>;
export type SinkConfig = z.infer<typeof sink>;

/** Environment variables and where they go. */
export const ENVIRONMENT = {
  NOROSHI_DATA: 'the data directory (like --data)',
  NOROSHI_PORT: 'portal.port',
  NOROSHI_HOST: 'portal.host',
  NOROSHI_CLICKHOUSE_URL: 'stores.clickhouse_url',
  NOROSHI_RECORDS_URL: 'stores.records_url',
} as const;

/** Reads `DATA/noroshi.toml` and the environment; throws the operator's error `config`. */
export function loadConfig(dataDir: string, environment: Readonly<Record<string, string | undefined>>): Config {
  let text = '';
  try { text = readFileSync(join(dataDir, 'noroshi.toml'), 'utf8'); } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new OperatorError('config', { where: 'the file', message: (error as Error).message });
  }
  let raw: unknown;
  try { raw = parse(text); } catch (error) { throw new OperatorError('config', { where: 'the file', message: (error as Error).message.split('\n')[0] ?? '' }); }
  const found = schema.safeParse(raw);
  if (!found.success) {
    const issue = found.error.issues[0];
    throw new OperatorError('config', { where: issue?.path.join('.') || 'the file', message: issue?.message ?? 'is not valid' });
  }
  const config = found.data;
  const port = environment['NOROSHI_PORT'];
  if (port !== undefined) {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new OperatorError('config', { where: 'NOROSHI_PORT', message: `'${port}' is not a port` });
    config.portal.port = Number(port);
  }
  if (environment['NOROSHI_HOST']) config.portal.host = environment['NOROSHI_HOST'];
  if (environment['NOROSHI_CLICKHOUSE_URL']) config.stores.clickhouse_url = environment['NOROSHI_CLICKHOUSE_URL'];
  if (environment['NOROSHI_RECORDS_URL']) config.stores.records_url = environment['NOROSHI_RECORDS_URL'];
  return config;
}
