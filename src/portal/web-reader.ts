/**
 * The built web, held in memory: files with their type, hash and gzip, served without touching the disk.
 *
 * Files of `assets/` carry a hash in their name and never change; others are revalidated by ETag. A page route (no extension)
 * gets index.html. Cost: the size of `dist/web` twice; compressed once at the start.
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface WebFile { readonly type: string; readonly body: Buffer; readonly gzip: Buffer | null; readonly etag: string; readonly immutable: boolean }
export type Web = ReadonlyMap<string, WebFile>;

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', json: 'application/json', svg: 'image/svg+xml',
  png: 'image/png', ico: 'image/x-icon', woff2: 'font/woff2', txt: 'text/plain; charset=utf-8', webmanifest: 'application/manifest+json', wasm: 'application/wasm',
};
const PACKED = new Set(['png', 'ico', 'woff2']);
const LEAST_GZIP = 512;

/** Reads the folder; empty when it was not built. */
export function readWeb(dir: string): Web {
  const web = new Map<string, WebFile>();
  if (!existsSync(dir)) return web;
  for (const entry of readdirSync(dir, { recursive: true })) {
    const name = String(entry), path = join(dir, name);
    if (!statSync(path).isFile()) continue;
    const ending = name.slice(name.lastIndexOf('.') + 1), body = readFileSync(path);
    web.set(`/${name.replaceAll('\\', '/')}`, {
      body, type: TYPES[ending] ?? 'application/octet-stream', gzip: !PACKED.has(ending) && body.length >= LEAST_GZIP ? gzipSync(body, { level: 9 }) : null,
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`, immutable: name.startsWith('assets/'),
    });
  }
  return web;
}

/** What to send for a path: the file, index.html for a page, or null. */
export function webFileFor(web: Web, path: string): WebFile | null {
  const exact = web.get(path);
  if (exact) return exact;
  // A page's path may hold an address with dots (/hosts/192.0.2.1), so only our own asset folder is never a page.
  return path.startsWith('/assets/') ? null : web.get('/index.html') ?? null;
}
