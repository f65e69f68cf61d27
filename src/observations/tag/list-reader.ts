/**
 * Reads an operator's scanner lists: every file of `DATA/lists/` (or of the folder a setting names), plain or gzip.
 *
 * In: a folder or files. Out: one {@link ScannerLists} and what each file gave.
 * Limits: 64 MiB a file after decompression, 1,000 files.
 * @module
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { OperatorError } from '../../core/errors.ts';
import { NO_LISTS, parseScannerList, scannerLists, type ListedNetwork, type ParsedList, type ScannerLists } from './scanner-list.ts';

const MAX_FILE_BYTES = 64 << 20, MAX_FILES = 1_000;

/** What one file gave. */
export interface ListReport { readonly path: string; readonly format: ParsedList['format']; readonly networks: number; readonly defects: ParsedList['defects']; readonly defectCount: number }

/** One list file; throws {@link OperatorError} if it cannot be read or holds no network at all. */
export function readScannerList(path: string): ParsedList {
  let bytes: Buffer;
  try { bytes = readFileSync(path); } catch (error) { throw new OperatorError('file-missing', { path, reason: (error as NodeJS.ErrnoException).code ?? 'unreadable' }); }
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: MAX_FILE_BYTES });
  } catch (error) { throw new OperatorError('scanner-list', { path, reason: (error as Error).message }); }
  if (bytes.length > MAX_FILE_BYTES) throw new OperatorError('scanner-list', { path, reason: `it is larger than ${MAX_FILE_BYTES} bytes` });
  const title = basename(path).replace(/\.gz$/, '').replace(/\.[a-z0-9]+$/i, '');
  const list = parseScannerList(bytes.toString('utf8'), title);
  if (list.networks.length === 0 && list.defectCount > 0) throw new OperatorError('scanner-list', { path, reason: `line ${list.defects[0]?.line ?? 1} is '${list.defects[0]?.quote.slice(0, 60) ?? ''}'` });
  return list;
}

/** All files of a folder; a missing folder holds none. */
export function loadLists(folder?: string): { readonly lists: ScannerLists; readonly reports: readonly ListReport[] } {
  if (folder === undefined || !existsSync(folder)) return { lists: NO_LISTS, reports: [] };
  const networks: ListedNetwork[] = [], reports: ListReport[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MAX_FILES)) {
    if (!entry.isFile() || entry.name.startsWith('.') || /^(readme|licen[cs]e)/i.test(entry.name)) continue;
    const path = join(folder, entry.name), list = readScannerList(path);
    for (const network of list.networks) networks.push(network);
    reports.push({ path, format: list.format, networks: list.networks.length, defects: list.defects, defectCount: list.defectCount });
  }
  return { lists: scannerLists(networks), reports };
}
