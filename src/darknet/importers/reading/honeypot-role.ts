/**
 * Role of a peer by what it did at a honeypot: who types credentials, commands or files attacks; who only connects scans.
 *
 * Screening may lower it later (research scanners connect too). Nobody has business with a decoy.
 * @module
 */
import type { Role } from '../../../core/vocabulary.ts';
import type { Kind } from '../../../observations/observation.ts';

const ATTACKS: ReadonlySet<Kind> = new Set([
  'honeypot.login.succeeded', 'honeypot.login.failed', 'honeypot.command.typed', 'honeypot.file.stored', 'honeypot.tunnel.requested',
]);

export function honeypotRole(kind: Kind): Role {
  return ATTACKS.has(kind) ? 'attacker' : 'scanner';
}
