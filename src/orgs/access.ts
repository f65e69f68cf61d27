/**
 * Who asks, in which organisations, with which role: the one place where a person, a key or the operator becomes a viewer.
 *
 * A route names the least role it needs; {@link viewerOf} keeps only the organisations in which the asker has it, the current one
 * first. So a question never reaches an organisation where the asker may do less than the question needs.
 * @module
 */
import type { OrgId } from '../core/ids.ts';
import { OperatorError } from '../core/errors.ts';

/** From least to most. */
export const ROLE_NAMES = ['viewer', 'analyst', 'administrator'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

export function isRoleName(text: string): text is RoleName {
  return (ROLE_NAMES as readonly string[]).includes(text);
}
/** Throws the operator's error `unknown-role`. */
export function requireRole(text: string): RoleName {
  if (!isRoleName(text)) throw new OperatorError('unknown-role', { name: text });
  return text;
}
export function atLeast(role: RoleName, needs: RoleName): boolean {
  return ROLE_NAMES.indexOf(role) >= ROLE_NAMES.indexOf(needs);
}

/** Somebody who was recognised. */
export interface Principal {
  /** Id of the person; `key:<id>` for an API key; `operator` for the command line. */
  readonly person: string;
  readonly name: string;
  readonly via: 'session' | 'key' | 'command-line';
  /** Where new things go unless told otherwise. */
  readonly org: OrgId;
  readonly roles: ReadonlyMap<OrgId, RoleName>;
}

/** Structurally the event store's Viewer. */
export interface AccessViewer { readonly person: string; readonly orgs: readonly OrgId[]; readonly role: RoleName }

/** The viewer for a question that needs a role; null where the asker has it nowhere. */
export function viewerOf(principal: Principal, needs: RoleName): AccessViewer | null {
  const orgs: OrgId[] = [];
  let role: RoleName = 'administrator';
  for (const [org, has] of principal.roles) {
    if (!atLeast(has, needs)) continue;
    if (org === principal.org) orgs.unshift(org); else orgs.push(org);
    if (!atLeast(has, role)) role = has;
  }
  return orgs.length === 0 ? null : { person: principal.person, orgs, role };
}
