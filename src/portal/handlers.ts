/**
 * How a route is answered: one function a route, typed from `ROUTES`, so that a missing or wrong one does not compile.
 *
 * A handler is handed parsed parts and a viewer that already has the role the route needs. It returns the answer, nothing (204),
 * or {@link STREAMED} when it has taken the reply over.
 * @module
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { OrgId } from '../core/ids.ts';
import type { Viewer } from '../observations/contract.ts';
import type { Principal } from '../orgs/access.ts';
import type { liveEvents, ROUTES } from './api.ts';

export type Routes = typeof ROUTES;
export type RouteKey = keyof Routes;

type Part<K extends RouteKey, P extends 'query' | 'body'> = Routes[K] extends { readonly [p in P]: infer S extends z.ZodType } ? z.output<S> : undefined;
export type Answer<K extends RouteKey> = Routes[K] extends { readonly answer: infer S extends z.ZodType } ? z.input<S> : void;
type ParamNames<P extends string> = P extends `${string}:${infer N}/${infer Rest}` ? N | ParamNames<`/${Rest}`> : P extends `${string}:${infer N}` ? N : never;

/** The handler writes the reply itself. */
export const STREAMED = Symbol('streamed');
export type Streamed = typeof STREAMED;

/** Who was recognised; `session` is the hash of the cookie's secret. */
export type SignedIn = Principal & { readonly session?: string };

export interface Asked<K extends RouteKey> {
  readonly viewer: Routes[K]['needs'] extends 'public' ? null : Viewer;
  readonly principal: Routes[K]['needs'] extends 'public' ? null : SignedIn;
  readonly params: Readonly<Record<ParamNames<K>, string>>;
  readonly query: Part<K, 'query'>;
  readonly body: Part<K, 'body'>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Address of the asker: of the socket, or of a trusted proxy's header. */
  readonly from: string;
  /** The cookie's secret, if one was sent. */
  readonly cookie: string | undefined;
  setSession(secret: string | null, maxAgeS: number): void;
}

export type Handler<K extends RouteKey> = (asked: Asked<K>) => Promise<Answer<K> | Streamed>;
export type Handlers = { readonly [K in RouteKey]: Handler<K> };
export type SomeHandlers<K extends RouteKey> = { readonly [R in K]: Handler<R> };

/** Tells open portals of these organisations that something changed. */
export type TellChanged = (orgs: readonly OrgId[], what: z.infer<typeof liveEvents.changed>['what']) => void;
