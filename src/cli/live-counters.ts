/**
 * What is arriving right now, per organisation: packets a second, hosts a minute, lag. For the status line and the event stream.
 *
 * In: annotated batches. Out: figures of the newest whole second and minute of arrival.
 * Shapes: a ring of RING_SECONDS packet counts; one set of source keys for the running and one for the last minute.
 * Cost: one set insertion a packet; at most MOST_HOSTS keys a minute (more are counted as that many, and said).
 * @module
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import type { OrgId } from '../core/ids.ts';

const RING_SECONDS = 8;
const MOST_HOSTS = 2_000_000;

interface OrgCounters {
  readonly ring: Float64Array;
  second: number;
  minute: number;
  hosts: Set<number>;
  hostsBefore: number;
  lastUs: number | null;
  lagMs: number;
}

export class LiveCounters {
  readonly #orgs = new Map<OrgId, OrgCounters>();

  /** Counts a batch that arrived at `nowUs`; `timed`: its packets' times are of this machine's clock, so that lag means something. */
  add(org: OrgId, batch: PacketBatch, nowUs: number, timed: boolean): void {
    const state = this.#state(org);
    this.#turn(state, nowUs);
    const slot = state.second % RING_SECONDS;
    state.ring[slot] = (state.ring[slot] ?? 0) + batch.n;
    const words = batch.family === 4 ? 1 : 4;
    let newest = state.lastUs ?? -Infinity;
    for (let i = 0; i < batch.n; i++) {
      // IPv6 hosts are /64s: the two upper words as one number (exact enough to count: 2^53 keeps 53 of 64 bits).
      const key = words === 1 ? batch.src[i] ?? 0 : (batch.src[4 * i] ?? 0) * 4_294_967_296 + (batch.src[4 * i + 1] ?? 0);
      if (state.hosts.size < MOST_HOSTS) state.hosts.add(key);
      const at = batch.atUs[i] ?? 0;
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
      this.#turn(state, nowUs);
      packetsPerSecond += state.ring[(state.second + RING_SECONDS - 1) % RING_SECONDS] ?? 0;
      hostsPerMinute += Math.max(state.hosts.size, state.hostsBefore);
      lagMs = Math.max(lagMs, state.lagMs);
      if (state.lastUs !== null && (lastUs === null || state.lastUs > lastUs)) lastUs = state.lastUs;
    }
    return { packetsPerSecond, hostsPerMinute, lagMs, lastUs };
  }

  #state(org: OrgId): OrgCounters {
    let state = this.#orgs.get(org);
    if (!state) { state = { ring: new Float64Array(RING_SECONDS), second: 0, minute: 0, hosts: new Set(), hostsBefore: 0, lastUs: null, lagMs: 0 }; this.#orgs.set(org, state); }
    return state;
  }

  #turn(state: OrgCounters, nowUs: number): void {
    const second = Math.floor(nowUs / 1_000_000), minute = Math.floor(second / 60);
    for (let s = Math.max(state.second + 1, second - RING_SECONDS + 1); s <= second; s++) state.ring[s % RING_SECONDS] = 0;
    state.second = Math.max(state.second, second);
    if (minute > state.minute) {
      state.hostsBefore = minute === state.minute + 1 ? state.hosts.size : 0;
      state.hosts = new Set();
      state.minute = minute;
    }
  }
}
