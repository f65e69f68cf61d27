/**
 * Alerts by HTTP POST, signed so that the receiver knows who sent them and when.
 *
 * Out: `POST url` with the message as JSON and
 *   `x-noroshi-id: <message id>` (the same for every attempt: drop repeats by it)
 *   `x-noroshi-signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>" under the shared secret>`
 * Source: HMAC is RFC 2104; the timestamp inside the signed text limits replay, as Stripe's and GitHub's webhooks do it.
 * 2xx is delivered; 408, 425, 429, 5xx, no answer within TIMEOUT_MS and network errors are tried later (Retry-After is heeded up to an
 * hour); any other answer is a refusal. Redirects are not followed: a signed body goes only where the operator said.
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { OperatorError } from '../../core/errors.ts';
import type { AlertMessage, AlertSink, Delivery } from '../../findings/alerts.ts';

/** Longest wait for an answer, milliseconds. */
export const TIMEOUT_MS = 10_000;
/** Receivers should refuse signatures older than this, seconds. */
export const TOLERANCE_S = 300;
/** Bytes of an answer that are read, to say what went wrong. */
const ANSWER_BYTES = 2_048;
const LATER = new Set([408, 425, 429]);

export interface WebhookOptions {
  readonly name: string;
  /** http or https, without credentials. */
  readonly url: string;
  readonly secret: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

export function webhookSink(options: WebhookOptions): AlertSink {
  const url = URL.canParse(options.url) ? new URL(options.url) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
    throw new OperatorError('usage', { message: 'A webhook needs an http or https address without a name and password in it.' });
  }
  if (options.secret.length < 16) throw new OperatorError('usage', { message: "A webhook's secret has at least 16 characters." });
  const { clock } = options;
  return {
    name: options.name,
    async send(message: AlertMessage): Promise<Delivery> {
      const body = JSON.stringify(message), seconds = Math.floor(clock.nowUs() / 1e6);
      const abort = new AbortController();
      const cancel = clock.after(options.timeoutMs ?? TIMEOUT_MS, () => abort.abort(new Error('no answer in time')), true);
      try {
        const answer = await fetch(url, {
          method: 'POST', body, redirect: 'manual', signal: abort.signal,
          headers: { 'content-type': 'application/json', 'user-agent': 'noroshi', 'x-noroshi-id': message.id, 'x-noroshi-signature': signature(options.secret, seconds, body) },
        });
        const said = await firstBytes(answer);
        if (answer.status >= 200 && answer.status < 300) return { kind: 'delivered' };
        const reason = `HTTP ${answer.status}${said === '' ? '' : `: ${said}`}`;
        if (answer.status < 500 && !LATER.has(answer.status)) return { kind: 'refused', reason };
        const after = Number(answer.headers.get('retry-after') ?? NaN);
        return { kind: 'later', reason, ...(Number.isFinite(after) && after > 0 ? { retryAfterMs: Math.min(3_600, after) * 1000 } : {}) };
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        return { kind: 'later', reason: cause instanceof Error ? cause.message : String(cause) };
      } finally { cancel(); }
    },
  };
}

async function firstBytes(answer: Response): Promise<string> {
  if (!answer.body) return '';
  const reader = answer.body.getReader();
  let text = '', size = 0;
  while (size < ANSWER_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    const bytes = value as Uint8Array;
    size += bytes.length;
    text += Buffer.from(bytes).toString('latin1');
  }
  await reader.cancel();
  return text.slice(0, 200).replace(/[^\x20-\x7e]+/g, ' ').trim();
}

/** Value of the signature header. */
export function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** What a receiver does: true when the header signs this body under this secret, no longer ago (or ahead) than `toleranceS`. */
export function verifySignature(secret: string, header: string, body: string, nowS: number, toleranceS = TOLERANCE_S): boolean {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header);
  if (!match) return false;
  const seconds = Number(match[1]);
  if (Math.abs(nowS - seconds) > toleranceS) return false;
  const expected = createHmac('sha256', secret).update(`${seconds}.${body}`).digest();
  return timingSafeEqual(expected, Buffer.from(match[2] as string, 'hex'));
}
