/**
 * Doors: sockets, child processes, files, time and chance are touched only in named files.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { codeOnly, isTest, sourceOf, sourcesUnder, type Source } from './sources.ts';

/** Files that may open sockets. */
const SOCKET_DOORS = [
  'src/records/store.ts', 'src/observations/store.ts', 'src/observations/clickhouse-connection.ts', 'src/cli/hub-client.ts', 'src/cli/hub-owner.ts',
  'src/sharing/transports/webhook.ts', 'src/portal/server.ts', 'src/portal/tls.ts',
];
const SOCKET_PACKAGES = ['node:net', 'node:http', 'node:https', 'node:http2', 'node:dgram', 'node:tls', 'pg', '@clickhouse/client', 'fastify', 'undici'];
/** Files that may read and write files: stores, readers, and what ships with the program. */
const FILE_DOORS = [/^src\/cli\//, /(^|\/)[a-z0-9-]*store[a-z0-9-]*\.ts$/, /\/blobs\.ts$/, /\/byte-source[a-z-]*\.ts$/, /reader\.ts$/, /-process\.ts$/, /\/enrichment[a-z-]*\.ts$/, /\/lists?(-file)?\.ts$/, /\/load-[a-z-]+\.ts$/, /\/chdb-[a-z-]+\.ts$/, /\/pcap-write[a-z-]*\.ts$/, /\/static-files\.ts$/, /src\/sharing\/transports\/json-lines\.ts$/];
const CLOCK_DOORS = [/^src\/core\/(clock|rng)\.ts$/, /^src\/cli\//, /^src\/portal\/web\//];

export function doorBreaks(sources: readonly Source[]): string[] {
  const breaks: string[] = [];
  for (const source of sources) {
    if (isTest(source.path)) continue;
    const runtime = source.imports.filter((i) => !i.typeOnly).map((i) => i.from);
    if (!source.path.startsWith('src/portal/web/')) {
      for (const from of runtime) {
        if (SOCKET_PACKAGES.includes(from) && !SOCKET_DOORS.includes(source.path)) breaks.push(`${source.path}: opens sockets (${from})`);
        if (from === 'node:child_process' && !source.path.endsWith('-process.ts')) breaks.push(`${source.path}: starts processes`);
        if ((from === 'node:fs' || from === 'node:fs/promises') && !FILE_DOORS.some((d) => d.test(source.path))) breaks.push(`${source.path}: touches files (${from})`);
      }
    }
    if (!CLOCK_DOORS.some((d) => d.test(source.path))) {
      const found = /\b(Date\.now|Math\.random|setTimeout|setInterval|new Date\(\)|performance\.now)\b/.exec(codeOnly(source.text));
      if (found) breaks.push(`${source.path}: uses ${found[1]} (time and chance are handed in)`);
    }
  }
  return breaks;
}

test('sockets, processes, files, time and chance are touched only at their doors', () => {
  assert.deepEqual(doorBreaks(sourcesUnder('src')), []);
});

test('the door rule bites on each kind', () => {
  const text = "import net from 'node:net'; import { spawn } from 'node:child_process'; import fs from 'node:fs'; const t = Date.now();";
  assert.equal(doorBreaks([sourceOf('src/engines/wrong.ts', text)]).length, 4);
});
