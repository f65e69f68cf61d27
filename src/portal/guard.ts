/**
 * Who is at the door: credentials, where the request came from, and whether its page is ours.
 *
 * A cookie is only believed for changing requests when the browser says that the page is of this origin (`Origin`, else
 * `Sec-Fetch-Site`): OWASP CSRF Prevention, "verifying origin", besides SameSite=Strict. Bearer keys need no such check.
 * Cookie names carry the port, because browsers share cookies between the ports of a host; over TLS the name has the prefix
 * `__Host-` (RFC 6265bis, section 4.1.3.2).
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { OperatorError } from '../core/errors.ts';

export interface Setup {
  /** TLS ends here or at the proxy: cookies are Secure. */
  readonly secure: boolean;
  /** One proxy stands before us: the last entry of its X-Forwarded-For is the asker. */
  readonly behindProxy: boolean;
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const MOST_COOKIE = 8_192;

/** Address of the asker. */
export function fromOf(request: IncomingMessage, setup: Setup): string {
  const forwarded = setup.behindProxy ? request.headers['x-forwarded-for'] : undefined;
  const last = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1)?.trim();
  return last || request.socket.remoteAddress || '';
}

export function cookieName(request: IncomingMessage, setup: Setup): string {
  return setup.secure ? '__Host-noroshi' : `noroshi-${request.socket.localPort ?? 0}`;
}

/** Value of our cookie, if it was sent. */
export function cookieOf(request: IncomingMessage, setup: Setup): string | undefined {
  const header = request.headers.cookie;
  if (header === undefined || header.length > MOST_COOKIE) return undefined;
  const name = `${cookieName(request, setup)}=`;
  const found = header.split(';').map((part) => part.trim()).find((part) => part.startsWith(name));
  return found?.slice(name.length);
}

/** `Set-Cookie` for a session; null takes it away. */
export function setCookie(request: IncomingMessage, setup: Setup, secret: string | null, maxAgeS: number): string {
  return `${cookieName(request, setup)}=${secret ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${secret === null ? 0 : Math.floor(maxAgeS)}${setup.secure ? '; Secure' : ''}`;
}

/** Token of `Authorization: Bearer …`. */
export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1];
}

/** Throws `wrong-origin` when a changing request may come from another site's page. `byCookie`: the cookie is what lets it in. */
export function requireOwnOrigin(request: IncomingMessage, byCookie: boolean): void {
  if (SAFE.has(request.method ?? '')) return;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin !== undefined) {
    if (!URL.canParse(origin) || new URL(origin).host !== host) throw new OperatorError('wrong-origin');
  } else if (site !== undefined) {
    if (site !== 'same-origin') throw new OperatorError('wrong-origin');
  } else if (byCookie) throw new OperatorError('wrong-origin');
}

/** Headers of every answer. Scripts, styles and data come from this server only; nobody may frame it. */
export function securityHeaders(setup: Setup): Record<string, string> {
  return {
    'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(setup.secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}
