/**
 * Reads a shared log through its importer, as `noroshi read` would, and sums up what came out. Detection included.
 * @module
 */
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { Imported, ImportOptions } from '../../../src/darknet/importer.ts';
import { peekHead } from '../../../src/darknet/importers/reading/peek.ts';
import { detectImporter } from '../../../src/darknet/registry.ts';
import type { Defect, Observation } from '../../../src/observations/observation.ts';
import { sharedData } from '../../needs.ts';

export const UTC: ImportOptions = { zoneOffsetMinutes: () => 0 };

export interface Summary {
  readonly importer: string;
  readonly observations: number;
  readonly defects: readonly Defect[];
  readonly sources: ReadonlySet<string>;
  readonly sessions: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
  /** Observations by `event.action`. */
  readonly events: Readonly<Record<string, number>>;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Paths below the shared data of every file of a folder, without licences and facts. */
export function filesOf(folder: string): string[] {
  return readdirSync(join(sharedData, folder)).filter((name) => name.endsWith('.gz')).sort().map((name) => `${folder}/${name}`);
}

/** Decompressed lines of a shared file, counted as `wc -l` plus a torn last one. */
export function countLines(path: string): number {
  const bytes = gunzipSync(readFileSync(join(sharedData, path)));
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines + (bytes.length > 0 && bytes[bytes.length - 1] !== 10 ? 1 : 0);
}

/** The importer that detection chooses for a shared file, and everything it yields. */
export async function readShared(path: string, options: ImportOptions = UTC): Promise<{ importer: string; all: AsyncIterable<Imported> }> {
  const stream = createReadStream(join(sharedData, path), { highWaterMark: 1 << 18 });
  const { head, all } = await peekHead(path.endsWith('.gz') ? stream.pipe(createGunzip({ chunkSize: 1 << 18 })) : stream);
  const found = detectImporter(head.subarray(0, 65_536));
  if (!found) throw new Error(`no importer recognises ${path}`);
  return { importer: found.importer.name, all: found.importer.read(all, options) };
}

/** Sums up a shared file. `each` sees every observation. */
export async function summarise(path: string, options: ImportOptions = UTC, each: (observation: Observation) => void = () => undefined): Promise<Summary> {
  const sources = new Set<string>(), sessions = new Set<string>(), commands = new Set<string>(), events: Record<string, number> = {}, defects: Defect[] = [];
  let observations = 0, firstUs = Infinity, lastUs = -Infinity;
  const { importer, all } = await readShared(path, options);
  for await (const one of all) {
    if (one.kind === 'defect') { defects.push(one.defect); continue; }
    const { src, session, kind, fields, atUs } = one.observation;
    observations++;
    if (src !== '') sources.add(src);
    if (session !== '') sessions.add(session);
    if (kind === 'honeypot.command.typed') commands.add(String(fields['process.command_line'] ?? ''));
    const action = String(fields['event.action']);
    events[action] = (events[action] ?? 0) + 1;
    firstUs = Math.min(firstUs, atUs);
    lastUs = Math.max(lastUs, atUs);
    each(one.observation);
  }
  return { importer, observations, defects, sources, sessions, commands, events, firstUs, lastUs };
}
