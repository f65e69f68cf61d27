/**
 * Passwords as scrypt texts.
 *
 * Source: RFC 7914; parameters N = 2^15, r = 8, p = 3 from the OWASP Password Storage Cheat Sheet (one of its equivalent minimum
 * settings, chosen for its 32 MiB so that a few sign-ins at once do not crowd out the stores).
 * Text: `scrypt$15$8$3$<salt>$<key>`, base64url. Checking a name that nobody has takes as long as one that somebody has.
 * @module
 */
import { scrypt, timingSafeEqual } from 'node:crypto';
import { secretBytes } from '../core/rng.ts';

const LOG2_N = 15, BLOCK = 8, LANES = 3, KEY_BYTES = 32, SALT_BYTES = 16;
/** Least length, in characters (NIST SP 800-63B-4, section 3.1.1.2, asks for 15 alone, 8 with a second factor; ours is rate-limited). */
export const LEAST_PASSWORD = 12;

function derive(password: string, salt: Uint8Array, log2N: number, r: number, p: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** log2N, r, p, maxmem: 256 * 2 ** log2N * r };
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) => { if (error) reject(error); else resolve(key); });
  });
}

export async function hashPassword(password: string): Promise<string> {
  const salt = secretBytes(SALT_BYTES);
  const key = await derive(password, salt, LOG2_N, BLOCK, LANES);
  return ['scrypt', LOG2_N, BLOCK, LANES, Buffer.from(salt).toString('base64url'), key.toString('base64url')].join('$');
}

/** Whether the password is the one; `stored` null (nobody, or no password) costs the same and is false. */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  const parts = stored?.split('$') ?? [];
  if (parts.length !== 6 || parts[0] !== 'scrypt') {
    await derive(password, new Uint8Array(SALT_BYTES), LOG2_N, BLOCK, LANES);
    return false;
  }
  const [log2N, r, p] = parts.slice(1, 4).map(Number) as [number, number, number];
  const wanted = Buffer.from(parts[5] ?? '', 'base64url');
  const got = await derive(password, Buffer.from(parts[4] ?? '', 'base64url'), log2N, r, p);
  return wanted.length === got.length && timingSafeEqual(wanted, got);
}
