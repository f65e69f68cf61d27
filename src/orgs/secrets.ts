/**
 * Secrets that are shown once and kept only as hashes: session cookies, one-time links, API keys.
 *
 * 256 random bits each (OWASP Session Management asks for at least 64 of entropy), written base64url; the store keeps SHA-256,
 * which is enough for values nobody can guess. Looked up by hash, so comparing leaks no useful time.
 * @module
 */
import { createHash } from 'node:crypto';
import { secretBytes } from '../core/rng.ts';

const SECRET_BYTES = 32;

/** `prefix` and 43 characters. */
export function newSecret(prefix = ''): string {
  return prefix + Buffer.from(secretBytes(SECRET_BYTES)).toString('base64url');
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Id of a record: `k-` and 12 hexadecimal digits. */
export function newId(prefix: string): string {
  return `${prefix}-${Buffer.from(secretBytes(6)).toString('hex')}`;
}
