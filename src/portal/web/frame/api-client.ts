/**
 * The portal's questions to its server, typed from the shared contract: a wrong path, parameter or body does not compile.
 *
 * In: a route of `ROUTES` (types only, so the schemas are not bundled). Out: its answer, or an {@link ApiError} whose `at` points at the
 * offending character of a query. Answers are trusted: they come from the same release.
 * @module
 */
import type { z } from 'zod';
import type { ROUTES } from '../../api.ts';

type Routes = typeof ROUTES;
export type Route = keyof Routes;
export type Answer<K extends Route> = Routes[K] extends { answer: infer A extends z.ZodType } ? z.infer<A> : undefined;
export type Query<K extends Route> = Routes[K] extends { query: infer Q extends z.ZodType } ? Partial<z.infer<Q>> : Record<never, never>;
export type Body<K extends Route> = Routes[K] extends { body: infer B extends z.ZodType } ? z.input<B> : undefined;

/** What the server said no with. `status` 0 means that it did not answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly at: number | undefined;
  constructor(status: number, code: string, message: string, remedy: string, at?: number) {
    super(message);
    this.status = status; this.code = code; this.remedy = remedy; this.at = at;
  }
}

const BASE = '/api/v1';

/** `/api/v1` path of a route with its parameters and query filled in; empty values are left out. */
export function urlOf<K extends Route>(route: K, params: Readonly<Record<string, string>> = {}, query: Query<K> | undefined = undefined): string {
  const path = route.slice(route.indexOf(' ') + 1).replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined && value !== '') search.set(key, String(value));
  const text = search.toString();
  return `${BASE}${path}${text === '' ? '' : `?${text}`}`;
}

interface CallOptions<K extends Route> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Query<K>;
  readonly body?: Body<K>;
  readonly signal?: AbortSignal;
}

/** Who wants to know that the session ended (the frame shows the sign-in page). */
let signedOut: () => void = () => undefined;
export function onSignedOut(listener: () => void): void { signedOut = listener; }

/** Reads an error answer in whatever shape it came. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: { code?: string; message?: string; remedy?: string; at?: number } } | null)?.error;
  return new ApiError(response.status, error?.code ?? `http-${response.status}`, error?.message ?? response.statusText, error?.remedy ?? '', error?.at);
}

/** Asks one route. Throws {@link ApiError}. */
export async function call<K extends Route>(route: K, options: CallOptions<K> = {}): Promise<Answer<K>> {
  const method = route.slice(0, route.indexOf(' '));
  const init: RequestInit = { method, credentials: 'same-origin', headers: { accept: 'application/json' } };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body);
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(urlOf(route, options.params, options.query), init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', '', '');
  }
  if (!response.ok) {
    const error = await errorOf(response);
    // `GET /me` is the question whether there is a session: its 401 is an answer.
    if (response.status === 401 && route !== 'GET /me' && !route.includes('/session')) signedOut();
    throw error;
  }
  if (response.status === 204) return undefined as Answer<K>;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer<K>;
}

export type Me = Answer<'GET /me'>;
export type NowPicture = Answer<'GET /now'>;
export type FindingRow = Answer<'GET /findings'>['findings'][number];
export type FindingDetail = Answer<'GET /findings/:id'>;
export type ObservationRow = Answer<'GET /observations'>['rows'][number];
export type PortRow = NowPicture['ports'][number];
export type RiskRow = Answer<'GET /ports'>['rows'][number];
export type HostPicture = Answer<'GET /hosts/:src'>;
export type PortPicture = Answer<'GET /ports/:port'>;
export type HealthPicture = Answer<'GET /health'>;
export type SensorRow = HealthPicture['sensors'][number];
export type Job = HealthPicture['jobs'][number];
export type BandPoint = NowPicture['packetsPerSecond'][number];
export type Outcome = Body<'POST /findings/:id/outcome'>['outcome'];
