/**
 * Link types of capture files that we read, and the numbers that mean the same.
 *
 * Source: the registry "Link-Layer Header Types" of tcpdump.org; 12 and 14 are raw IP as older systems wrote it.
 * @module
 */

/** LINKTYPE_* values by name. */
export const LINK = Object.freeze({
  null: 0, ethernet: 1, ppp: 9, rawBsd: 12, rawOpenBsd: 14, pppHdlc: 50, pppoe: 51, raw: 101, ciscoHdlc: 104, loop: 108, linuxCooked: 113,
  ipv4: 228, ipv6: 229, nflog: 239, linuxCooked2: 276,
});

/** Whether frames of this link type are decoded; frames of others become rows with BIT.notIp. */
export function linkTypeSupported(link: number): boolean {
  return SUPPORTED.has(link);
}

const SUPPORTED: ReadonlySet<number> = new Set(Object.values(LINK));
