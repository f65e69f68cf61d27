/**
 * The portal's server: the API of `api.ts`, the event stream, the OpenAPI document, and the built web. A door of this area.
 *
 * In: services; nothing is opened here but the listening socket. Out: HTTP or HTTPS.
 * Every request: credentials, origin, role (before its body is read), then its parts are parsed, then its handler; what goes wrong
 * becomes `{ error }`. Answers are checked against their schemas only with `checkAnswers` (tests, development).
 * Limits: bodies BODY_BYTES (uploads are streams), MOST_CONNECTIONS sockets.
 * @module
 */
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { Readable } from 'node:stream';
import Fastify, { type FastifyReply, type FastifyRequest, type HTTPMethods, type InjectOptions, type LightMyRequestResponse as InjectResponse } from 'fastify';
import type { z } from 'zod';
import { OperatorError } from '../core/errors.ts';
import { shipped } from '../core/root.ts';
import { atLeast, viewerOf, type RoleName } from '../orgs/access.ts';
import { ROUTES } from './api.ts';
import { failureOf } from './failures.ts';
import { bearerOf, cookieOf, fromOf, requireOwnOrigin, securityHeaders, setCookie, type Setup } from './guard.ts';
import { STREAMED, type Asked, type Handlers, type RouteKey, type SignedIn } from './handlers.ts';
import { liveStreams } from './live-stream.ts';
import { openApiDocument } from './openapi.ts';
import { allHandlers } from './routes/all.ts';
import type { PortalServices } from './services.ts';
import { timeRanges } from './time-range.ts';
import { readWeb, webFileFor, type Web } from './web-reader.ts';

const BODY_BYTES = 256 << 10;
const MOST_CONNECTIONS = 2_000;
const MOST_PARAM = 300;
const HEADERS_TIMEOUT_MS = 20_000;
/** A request may take this long to arrive: large uploads over slow lines. */
const REQUEST_TIMEOUT_MS = 6 * 3_600_000;

export interface PortalOptions {
  /** Folder of the built web. */
  readonly webDir?: string;
  /** Checks answers against their schemas; a wrong one is our fault (500). */
  readonly checkAnswers?: boolean;
  /** Told of every fault of ours. */
  readonly onFault?: (error: unknown) => void;
  /** What the outside sees, where `listen` is not what says it (tests by `inject`). */
  readonly setup?: Partial<Setup>;
}
export interface ListenOptions { readonly port: number; readonly host: string; readonly tls?: { readonly cert: string; readonly key: string }; readonly behindProxy?: boolean }

export interface Portal {
  /** Starts listening; port 0 takes a free one. Throws `port-busy` or `host-needs-tls`. */
  listen(options: ListenOptions): Promise<{ url: string; port: number }>;
  /** Ends streams and connections, and stops listening. */
  close(): Promise<void>;
  /** A request without a socket, for tests. */
  inject(options: InjectOptions): Promise<InjectResponse>;
}

interface Route { readonly needs: 'public' | RoleName; readonly query?: z.ZodType; readonly body?: z.ZodType; readonly answer?: z.ZodType }
/** What the first hook learned of a request. */
interface Known { principal: SignedIn | null; from: string; cookie: string | undefined }

export function createPortal(services: PortalServices, options: PortalOptions = {}): Portal {
  let setup: Setup = { secure: false, behindProxy: false, ...options.setup };
  const fault = options.onFault ?? (() => undefined);
  const streams = liveStreams(services.live, services.clock);
  const ranges = timeRanges(services.store, services.clock);
  const handlers: Handlers = allHandlers({ services, streams, ranges, setup: () => setup, recognise });
  const web: Web = readWeb(options.webDir ?? shipped('dist/web'));
  const known = new WeakMap<FastifyRequest, Known>();
  const app = Fastify({
    logger: false, bodyLimit: BODY_BYTES, exposeHeadRoutes: false, routerOptions: { maxParamLength: MOST_PARAM },
    frameworkErrors: (error, _request, reply) => { fail(error, reply); },
  });
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  app.addHook('onRequest', async (_request, reply) => { reply.headers(securityHeaders(setup)); });
  app.setErrorHandler((error, _request, reply) => fail(error, reply));
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request);
    if ((request.method === 'GET' || request.method === 'HEAD') && !path.startsWith('/api/')) return sendWeb(path, request, reply);
    return fail(new OperatorError('unknown-route', { path: path.slice(0, 200) }), reply);
  });

  function fail(error: unknown, reply: FastifyReply): FastifyReply {
    const { status, body } = failureOf(error, fault);
    return reply.code(status).headers(securityHeaders(setup)).header('cache-control', 'no-store').type('application/json; charset=utf-8').send(JSON.stringify(body));
  }

  async function recognise(request: FastifyRequest): Promise<SignedIn | null> {
    const bearer = bearerOf(request.raw);
    return services.orgs.recognise({ bearer, cookie: bearer === undefined ? cookieOf(request.raw, setup) : undefined });
  }

  function sendWeb(path: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const file = webFileFor(web, path);
    if (!file) {
      return web.size === 0 ? reply.code(503).type('text/plain; charset=utf-8').send('The web is not built. `npm run build` builds it; the API is at /api/v1.\n')
        : fail(new OperatorError('unknown-route', { path: path.slice(0, 200) }), reply);
    }
    reply.headers({ etag: file.etag, vary: 'accept-encoding', 'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache' });
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    const zipped = file.gzip !== null && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const body = zipped && file.gzip ? file.gzip : file.body;
    reply.headers({ 'content-type': file.type, 'content-length': body.length, ...(zipped ? { 'content-encoding': 'gzip' } : {}) });
    return reply.send(request.method === 'HEAD' ? '' : body);
  }

  function addRoute<K extends RouteKey>(key: K): void {
    const route: Route = ROUTES[key], [method = '', path = ''] = key.split(' ');
    const handler = handlers[key];
    app.route({
      method: method as HTTPMethods, url: `/api/v1${path}`,
      onRequest: async (request) => {
        const cookie = cookieOf(request.raw, setup);
        const principal = route.needs === 'public' ? null : await recognise(request);
        if (route.needs !== 'public') {
          if (!principal) throw new OperatorError('not-signed-in');
          requireOwnOrigin(request.raw, principal.via === 'session');
          if (![...principal.roles.values()].some((role) => atLeast(role, route.needs as RoleName))) throw new OperatorError('forbidden', { needs: route.needs, where: '' });
        } else requireOwnOrigin(request.raw, false);
        known.set(request, { principal, from: fromOf(request.raw, setup), cookie });
      },
      handler: async (request, reply) => {
        const { principal, from, cookie } = known.get(request) as Known;
        const viewer = route.needs === 'public' || !principal ? null : viewerOf(principal, route.needs);
        const params = request.params as Record<string, string>;
        refuseNul(params); refuseNul(request.query);
        if (route.body) refuseNul(request.body);
        const asked = {
          viewer, principal, params, from, cookie, request, reply,
          query: route.query?.parse(request.query), body: route.body?.parse(request.body ?? {}),
          setSession: (secret: string | null, maxAgeS: number) => { reply.header('set-cookie', setCookie(request.raw, setup, secret, maxAgeS)); },
        } as unknown as Asked<K>;
        const answer = await handler(asked);
        if (answer === STREAMED) return reply;
        reply.header('cache-control', 'no-store');
        if (!route.answer) return reply.code(204).send();
        if (options.checkAnswers) checkAnswer(key, route.answer, answer);
        return reply.send(answer);
      },
    });
  }

  for (const key of Object.keys(ROUTES) as RouteKey[]) addRoute(key);
  const document = openApiDocument(services.version);
  app.get('/api/v1/openapi.json', async (_request, reply) => reply.header('cache-control', 'no-cache').send(document));
  app.get('/healthz', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    try {
      await Promise.all([services.records.db.selectFrom('meta').select('key').limit(1).execute(), services.store.select('SELECT 1')]);
      return { status: 'ok', version: services.version };
    } catch (error) {
      fault(error);
      return reply.code(503).send({ status: 'failing', version: services.version });
    }
  });

  let server: Server | null = null;
  return {
    inject: async (request) => app.inject(request),

    async listen({ port, host, tls, behindProxy = false }) {
      if (!tls && !behindProxy && !['127.0.0.1', '::1', 'localhost'].includes(host)) throw new OperatorError('host-needs-tls', { host });
      setup = { secure: tls !== undefined || behindProxy, behindProxy };
      await app.ready();
      const listener = (request: Parameters<typeof app.routing>[0], response: Parameters<typeof app.routing>[1]): void => app.routing(request, response);
      const limits = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
      const listening: Server = tls ? createHttpsServer({ ...limits, cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' }, listener) : createHttpServer(limits, listener);
      listening.maxConnections = MOST_CONNECTIONS;
      await new Promise<void>((resolve, reject) => {
        listening.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new OperatorError('port-busy', { port, host }) : error));
        listening.listen(port, host, resolve);
      });
      server = listening;
      const address = listening.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      return { port: bound, url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}` };
    },

    async close() {
      streams.closeAll();
      const open = server;
      server = null;
      if (open) {
        const ended = new Promise<void>((resolve) => { open.close(() => resolve()); });
        open.closeAllConnections();
        await ended;
      }
      await app.close();
    },
  };
}

function pathOf(request: FastifyRequest): string {
  const path = request.url.split('?')[0] ?? '/';
  try { return decodeURIComponent(path); } catch { return path; }
}

/** PostgreSQL keeps no NUL in text, and no honest question holds one. */
function refuseNul(value: unknown): void {
  if (typeof value === 'string') { if (value.includes('\0')) throw new OperatorError('request', { message: 'text holds a NUL character' }); }
  else if (value !== null && typeof value === 'object' && !(value instanceof Readable)) for (const [key, item] of Object.entries(value)) { refuseNul(key); refuseNul(item); }
}

function checkAnswer(key: string, schema: z.ZodType, answer: unknown): void {
  const checked = schema.safeParse(answer);
  if (!checked.success) throw new TypeError(`the answer of ${key} is not what the contract says: ${checked.error.issues.slice(0, 5).map((i) => `${i.path.map(String).join('.')}: ${i.message}`).join('; ')}`);
}
