/**
 * Where the program stands: paths of files that ship with it (rules, tables), from the built file's own place.
 * @module
 */
import { fileURLToPath } from 'node:url';

/** Absolute path of a file or folder of this clone: `shipped('rules/fingerprints')`. */
export function shipped(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
