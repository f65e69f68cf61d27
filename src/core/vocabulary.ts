/**
 * Small closed vocabularies that travel as one byte in PacketBatch and as text in the store and in JSON.
 *
 * A new word goes at the end of its list: positions are the bytes in batches that are in flight between threads.
 * The store keeps the text, so stored data never depends on positions.
 * @module
 */

/** What the source of an observation is. In a reflection attack the source address is the *victim*. */
export const ROLES = ['unknown', 'attacker', 'scanner', 'research', 'victim', 'relay'] as const;
export type Role = (typeof ROLES)[number];

/** Screening labels: why a packet may be set aside. `unexplained` is what engines look at by default. */
export const LABELS = ['unexplained', 'research', 'backscatter', 'misconfiguration', 'known-malware', 'own'] as const;
export type Label = (typeof LABELS)[number];

/** Tools and malware families that one packet's headers can name. '' = none. Rules: `rules/fingerprints/`. */
export const TOOLS = [
  '', 'mirai', 'masscan', 'zmap', 'nmap', 'unicornscan', 'hajime', 'morto', 'sality', 'conficker', 'slammer', 'witty',
  'netis', 'moose', 'moon', 'nmap-os', 'zmap-udp', 'masscan-udp', 'hping', 'amplification', 'sipvicious', 'adbhoney',
  'synful-knock', 'synscan', 'welchia', 'code-red', 'adb', 'satori', 'custom',
] as const;
export type Tool = (typeof TOOLS)[number];

/** Index of a word in its list; throws on an unknown one (our own fault, never input). */
export function codeOf<T extends string>(list: readonly T[], word: T): number {
  const code = list.indexOf(word);
  if (code < 0) throw new RangeError(`'${word}' is not in the vocabulary ${list.join(', ')}`);
  return code;
}
