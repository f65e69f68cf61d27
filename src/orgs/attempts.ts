/**
 * Bounds on guessing: failed attempts to sign in, counted in a window by name, by address, and by both.
 *
 * Source of the bound by name: NIST SP 800-63B-4, section 3.2.2 (at most 100 failed attempts on one account). The pair's bound
 * is what a person who forgot reaches; the address's is what one machine may try on all names.
 * Shapes: a map of at most MOST_KEYS counters; when full the oldest goes. Limits: per process, and forgotten at a restart.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import { MINUTE_US } from '../core/time.ts';

const WINDOW_US = 15 * MINUTE_US;
const MOST_KEYS = 20_000;
const BOUNDS = { pair: 10, address: 30, name: 100 } as const;

export class Attempts {
  readonly #clock: Clock;
  readonly #failed = new Map<string, { count: number; fromUs: number }>();

  constructor(clock: Clock) { this.#clock = clock; }

  /** Whether another attempt may be made. */
  allowed(name: string, address: string): boolean {
    return this.#keys(name, address).every(([key, bound]) => this.#count(key) < bound);
  }

  failed(name: string, address: string): void {
    const nowUs = this.#clock.nowUs();
    for (const [key] of this.#keys(name, address)) {
      const count = this.#count(key);
      const fromUs = count === 0 ? nowUs : this.#failed.get(key)?.fromUs ?? nowUs;
      this.#failed.delete(key);
      this.#failed.set(key, { count: count + 1, fromUs });
    }
    for (const key of this.#failed.keys()) {
      if (this.#failed.size <= MOST_KEYS) break;
      this.#failed.delete(key);
    }
  }

  /** After success the pair starts anew; the others keep counting. */
  succeeded(name: string, address: string): void {
    this.#failed.delete(this.#keys(name, address)[0]?.[0] ?? '');
  }

  #keys(name: string, address: string): [string, number][] {
    const who = name.toLowerCase();
    return [[`p ${address} ${who}`, BOUNDS.pair], [`a ${address}`, BOUNDS.address], [`n ${who}`, BOUNDS.name]];
  }

  #count(key: string): number {
    const entry = this.#failed.get(key);
    return entry && this.#clock.nowUs() - entry.fromUs < WINDOW_US ? entry.count : 0;
  }
}
