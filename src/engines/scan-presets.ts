/**
 * Published definitions of a scan, as named presets, and the arithmetic of telescopes behind them.
 *
 * Sources: Durumeric, Bailey and Halderman, "An Internet-Wide View of Internet-Wide Scanning", USENIX Security 2014, §3.1; the event
 * timeout of Merit's darknet events (its example, 624 s for 475,000 addresses, is {@link meritTimeoutUs} at 100 packets/s and 0.1 %);
 * Moore et al., "Network Telescopes: Technical Report", CAIDA 2004, for rates; Anwar et al., "Understanding Internet Scanners:
 * aggressive hitters", 2023, for the three definitions.
 * @module
 */
import { DAY_US, SECOND_US } from '../core/time.ts';

export interface ScanPreset {
  readonly name: string;
  /** Distinct dark addresses of one port in one event. */
  readonly addresses: number;
  /** Estimated packets a second over the whole IPv4 space; 0 = not asked. */
  readonly ratePps: number;
  /** An event ends after such a pause, given the dark addresses watched. */
  timeoutUs(addresses: number): number;
}

/** 2^32: addresses that a uniform scanner draws from. */
export const SPACE = 2 ** 32;
/** Longest event timeout of the Merit preset on small telescopes, microseconds. */
export const LONGEST_TIMEOUT_US = DAY_US;

/** Pause after which a uniform scanner of `ratePps` has ended, but for a chance `miss`: −ln(miss) · 2³² / (addresses · rate). */
export function meritTimeoutUs(addresses: number, ratePps = 100, miss = 0.001): number {
  return Math.min(LONGEST_TIMEOUT_US, (-Math.log(miss) * SPACE * SECOND_US) / (Math.max(1, addresses) * ratePps));
}

/** Estimated rate over the whole space: packets · 2³² / addresses / duration (at least a second). */
export function globalRatePps(packets: number, addresses: number, durationUs: number): number {
  return (packets * SPACE) / Math.max(1, addresses) / Math.max(1, durationUs / SECOND_US);
}

export const SCAN_PRESETS = Object.freeze({
  'durumeric-2014': { name: 'durumeric-2014', addresses: 100, ratePps: 10, timeoutUs: () => 480 * SECOND_US },
  'merit': { name: 'merit', addresses: 25, ratePps: 0, timeoutUs: (addresses: number) => meritTimeoutUs(addresses) },
  'moore-2004': { name: 'moore-2004', addresses: 10, ratePps: 0, timeoutUs: () => 300 * SECOND_US },
} satisfies Record<string, ScanPreset>);

/** Aggressive hitters: share of dark addresses in one event; tail quantile of packets a day and of ports a day, with floors. */
export const AGGRESSIVE = Object.freeze({ share: 0.1, quantile: 0.9999, leastPackets: 1_000, leastPorts: 100, leastSources: 1_000 });
