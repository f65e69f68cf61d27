/**
 * What is arriving right now, per organisation: packets a second, hosts a minute, lag. For the status line and the event stream.
 *
 * In: annotated batches. Out: figures of the newest event time: live captures are read on the machine's clock, a replay on its own
 * (so that an accelerated day shows its own rates, not sixty times as much).
 * Shapes: a ring of RING_SECONDS packet counts by event second; one set of source keys for the running and one for the last minute.
 * Cost: one set insertion a packet; at most MOST_HOSTS keys a minute (more are counted as that many).
 * @module
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import type { OrgId } from '../core/ids.ts';
import { SECOND_US } from '../core/time.ts';

const RING_SECONDS = 128;
/** The rate is the mean over so many whole seconds. */
const RATE_SECONDS = 5;
const MOST_HOSTS = 2_000_000;

interface OrgCounters {
  readonly ring: Float64Array;
  second: number;
  minute: number;
  hosts: Set<number>;
  hostsBefore: number;
  lastUs: number | null;
  lagMs: number;
  timed: boolean;
}

export class LiveCounters {
  readonly #orgs = new Map<OrgId, OrgCounters>();

  /** Counts a batch that arrived at `nowUs`; `timed`: its packets' times are of this machine's clock, so that lag means something. */
  add(org: OrgId, batch: PacketBatch, nowUs: number, timed: boolean): void {
    let state = this.#orgs.get(org);
    if (!state) { state = { ring: new Float64Array(RING_SECONDS), second: 0, minute: 0, hosts: new Set(), hostsBefore: 0, lastUs: null, lagMs: 0, timed }; this.#orgs.set(org, state); }
    state.timed = timed;
    const wide = batch.family === 6;
    let newest = state.lastUs ?? -Infinity;
    for (let i = 0; i < batch.n; i++) {
      const at = batch.atUs[i] ?? 0, second = Math.floor(at / SECOND_US);
      if (second > state.second) turn(state, second);
      if (second > state.second - RING_SECONDS) state.ring[second % RING_SECONDS] = (state.ring[second % RING_SECONDS] ?? 0) + 1;
      // IPv6 hosts are /64s: the two upper words as one number (exact enough to count: 2^53 keeps 53 of 64 bits).
      const key = wide ? (batch.src[4 * i] ?? 0) * 4_294_967_296 + (batch.src[4 * i + 1] ?? 0) : batch.src[i] ?? 0;
      if (state.hosts.size < MOST_HOSTS) state.hosts.add(key);
      if (at > newest) newest = at;
    }
    if (newest > -Infinity) { state.lastUs = newest; state.lagMs = timed ? Math.max(0, (nowUs - newest) / 1000) : 0; }
  }

  /** Figures over organisations `orgs` at `nowUs`. */
  read(orgs: readonly OrgId[], nowUs: number): { packetsPerSecond: number; hostsPerMinute: number; lagMs: number; lastUs: number | null } {
    let packetsPerSecond = 0, hostsPerMinute = 0, lagMs = 0, lastUs: number | null = null;
    for (const org of orgs) {
      const state = this.#orgs.get(org);
      if (!state) continue;
      if (state.timed && Math.floor(nowUs / SECOND_US) > state.second) turn(state, Math.floor(nowUs / SECOND_US));
      let packets = 0;
      for (let s = 1; s <= RATE_SECONDS; s++) packets += state.ring[(state.second - s + RING_SECONDS) % RING_SECONDS] ?? 0;
      packetsPerSecond += packets / RATE_SECONDS;
      hostsPerMinute += state.hostsBefore > 0 ? state.hostsBefore : state.hosts.size;
      lagMs = Math.max(lagMs, state.lagMs);
      if (state.lastUs !== null && (lastUs === null || state.lastUs > lastUs)) lastUs = state.lastUs;
    }
    return { packetsPerSecond, hostsPerMinute, lagMs, lastUs };
  }
}

/** Moves to a later event second: empties the ring between, and closes the minute. */
function turn(state: OrgCounters, second: number): void {
  for (let s = Math.max(state.second + 1, second - RING_SECONDS + 1); s <= second; s++) state.ring[s % RING_SECONDS] = 0;
  state.second = second;
  const minute = Math.floor(second / 60);
  if (minute <= state.minute) return;
  state.hostsBefore = minute === state.minute + 1 ? state.hosts.size : 0;
  state.hosts = new Set();
  state.minute = minute;
}
