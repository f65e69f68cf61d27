/**
 * Traffic Light Protocol 2.0 markings and their order: a marking may only get stricter on derivation.
 *
 * Source: FIRST, "Traffic Light Protocol (TLP), version 2.0", 2022.
 * @module
 */

/** From free to strict. */
export const MARKINGS = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const;
export type Marking = (typeof MARKINGS)[number];

/** The stricter of two markings: the marking of anything derived from both. */
export function strictest(a: Marking, b: Marking): Marking {
  return MARKINGS.indexOf(a) >= MARKINGS.indexOf(b) ? a : b;
}
