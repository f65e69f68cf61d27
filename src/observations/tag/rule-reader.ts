/**
 * Reads rule files: `rules/fingerprints/*.json`, `rules/screening/*.json`, and an operator's own folder.
 *
 * In: folders. Out: checked rules. A broken shipped rule is our own fault and throws; a broken operator's file is an
 * {@link OperatorError} naming file and place.
 * Limits: a file holds a list of rules and at most 4 MiB.
 * @module
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import { shipped } from '../../core/root.ts';
import { checkFingerprint, checkScreening, type FingerprintRule, type ScreeningRule } from './rules.ts';

const MAX_FILE_BYTES = 4 << 20;

/** Rules as they travel to worker threads: plain data. */
export interface Rules { readonly fingerprints: readonly FingerprintRule[]; readonly screening: readonly ScreeningRule[] }

/** The shipped rules, then those of `folder/fingerprints/` and `folder/screening/` if given. */
export function loadRules(folder?: string): Rules {
  const own = (kind: string) => (folder !== undefined && existsSync(join(folder, kind)) ? join(folder, kind) : null);
  const fingerprints = readFolder(shipped('rules/fingerprints'), checkFingerprint), screening = readFolder(shipped('rules/screening'), checkScreening);
  const ownFingerprints = own('fingerprints'), ownScreening = own('screening');
  if (ownFingerprints !== null) fingerprints.push(...asOperator(ownFingerprints, () => readFolder(ownFingerprints, checkFingerprint)));
  if (ownScreening !== null) screening.push(...asOperator(ownScreening, () => readFolder(ownScreening, checkScreening)));
  return { fingerprints, screening };
}

function readFolder<R>(folder: string, check: (value: unknown) => R): R[] {
  const rules: R[] = [];
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.json')).sort()) {
    const path = join(folder, name);
    if (statSync(path).size > MAX_FILE_BYTES) throw new RangeError(`${name} is larger than ${MAX_FILE_BYTES} bytes`);
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!Array.isArray(parsed)) throw new RangeError(`${name} must hold a list of rules`);
    for (const value of parsed) {
      try { rules.push(check(value)); } catch (error) { throw new RangeError(`${basename(path)}: ${(error as Error).message}`); }
    }
  }
  return rules;
}

function asOperator<T>(path: string, task: () => T): T {
  try { return task(); } catch (error) { throw new OperatorError('rule', { path, reason: (error as Error).message }); }
}
