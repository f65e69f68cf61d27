/**
 * Addresses that no router on the Internet forwards, by class.
 *
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and updates), RFC 5771 and RFC 4291 (multicast).
 * Differs: CAIDA's filters use the older RFC 5735; 192.88.99.0/24 (6to4 relays, RFC 7526) is routed by some and not listed here.
 * @module
 */
import { requireCidr } from '../../core/address.ts';
import { rangeMapOf, valueAt, type RangeMap } from './range-map.ts';

/** Class of an address; 'global' = may be a real sender on the Internet. */
export const ADDRESS_CLASSES = ['global', 'private', 'local', 'documentation', 'multicast', 'reserved'] as const;
export type AddressClass = (typeof ADDRESS_CLASSES)[number];

/** Number of `class` as {@link addressClassAt} gives it. */
export const CLASS = Object.freeze({ global: 0, private: 1, local: 2, documentation: 3, multicast: 4, reserved: 5 });

const NETWORKS: Readonly<Record<Exclude<AddressClass, 'global'>, readonly string[]>> = {
  private: ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
  local: ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '::/128', '::1/128', 'fe80::/10'],
  documentation: ['192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '2001:2::/48', '3fff::/20'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  reserved: ['192.0.0.0/24', '240.0.0.0/4', '100::/64', '2001:10::/28', '5f00::/16', 'fec0::/10'],
};

/** Value = index into {@link ADDRESS_CLASSES}. */
export const ADDRESS_CLASS_MAP: RangeMap = rangeMapOf(Object.entries(NETWORKS).flatMap(([name, list]) =>
  list.map((text) => ({ cidr: requireCidr(text), value: ADDRESS_CLASSES.indexOf(name as AddressClass) }))));

/** Class number of address i of a batch's address array. */
export function addressClassAt(family: 4 | 6, addresses: Uint32Array, i: number): number {
  return valueAt(ADDRESS_CLASS_MAP, family, addresses, i);
}

/**
 * Whether a source of this class cannot have sent from where it says. Within a laboratory (destination of a special class, and not
 * a watched region) private and documentation addresses are what people use, so they say nothing there.
 */
export function isUnroutable(sourceClass: number, destinationClass: number, destinationWatched: boolean): boolean {
  switch (sourceClass) {
    case CLASS.global: return false;
    case CLASS.multicast: return true;
    case CLASS.private: case CLASS.local: case CLASS.reserved: return destinationClass === CLASS.global || (destinationWatched && destinationClass !== CLASS.private);
    default: return destinationClass === CLASS.global;
  }
}
