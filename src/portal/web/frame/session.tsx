/**
 * Who is looking, and what they may do. Outside a session the frame shows the sign-in page in place of every other.
 * @module
 */
import { createContext, useContext } from 'react';
import type { Me } from './api-client.ts';

const ORDER = ['viewer', 'analyst', 'administrator'] as const;
export type Role = (typeof ORDER)[number];

export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error('useMe outside a session');
  return me;
}
/** Whether the viewer has at least this role. */
export function useMay(role: Role): boolean {
  const me = useContext(MeContext);
  return me !== null && ORDER.indexOf(me.role) >= ORDER.indexOf(role);
}
