/**
 * What a count of each kind of observation means: method, granularity, period. Joining kinds that differ is said, never silent.
 *
 * A packet of a telescope, a connection another tool summarised, and a published count for an interval are all rows, but their
 * numbers must not be added without knowing it.
 * @module
 */
import { KINDS, type Kind } from './observation.ts';

export interface SeriesMeaning {
  /** How it was observed. */
  readonly method: string;
  /** What one row stands for. */
  readonly granularity: string;
  /** Over which time a row speaks. */
  readonly period: string;
}

const PACKETS: SeriesMeaning = { method: 'telescope packets', granularity: 'one row a packet', period: 'the moment' };
const EVENTS: SeriesMeaning = { method: 'events of a honeypot', granularity: 'one row an event', period: 'the moment' };
const BY_PREFIX: readonly (readonly [prefix: string, meaning: SeriesMeaning])[] = [
  ['darknet.packet.late', { method: 'counters of a sensor', granularity: 'one row a report', period: 'since the last report' }],
  ['darknet.packet.dropped', { method: 'counters of a sensor', granularity: 'one row a report', period: 'since the last report' }],
  ['darknet.packet.logged', { method: "packets in another tool's log", granularity: 'one row a packet', period: 'the moment' }],
  ['darknet.packet', PACKETS], ['darknet.frame', PACKETS],
  ['darknet.flow', { method: 'connection summaries of another tool', granularity: 'one row a connection', period: 'the connection' }],
  ['darknet.count', { method: 'published counts', granularity: 'one row an interval', period: 'the interval as published' }],
  ['darknet.probe', { method: 'questions of a reactive telescope', granularity: 'one row a probe', period: 'the moment' }],
  ['fingerprint.', { method: 'passive fingerprints', granularity: 'one row a fingerprint', period: 'the moment' }],
  ['ids.', { method: "another system's alerts and events", granularity: 'one row an event', period: 'the moment' }],
  ['honeypot.session.seen', { method: 'sessions of a honeypot', granularity: 'one row a session', period: 'the session' }],
  ['honeypot.', EVENTS],
  ['sensor.', { method: 'counters of a sensor', granularity: 'one row a report', period: 'since the last report' }],
];

export function meaningOf(kind: Kind): SeriesMeaning {
  const found = BY_PREFIX.find(([prefix]) => kind.startsWith(prefix));
  if (!found) throw new RangeError(`the kind '${kind}' declares no method`);
  return found[1];
}

/** A sentence if these kinds cannot be added up as if they were one series; null if they can. */
export function joinWarning(kinds: readonly string[]): string | null {
  const known = kinds.filter((kind): kind is Kind => Object.hasOwn(KINDS, kind));
  const different = [...new Map(known.map((kind) => { const m = meaningOf(kind); return [`${m.method}/${m.granularity}/${m.period}`, m]; })).values()];
  if (different.length < 2) return null;
  return `These counts join series that differ: ${different.map((m) => `${m.method} (${m.granularity})`).join(', ')}. Add kind == … or --by kind to keep them apart.`;
}
