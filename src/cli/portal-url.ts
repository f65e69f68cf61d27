/**
 * Where the portal of this process listens, for links printed by commands.
 * @module
 */
import type { Hub } from './hub.ts';

let listening: string | null = null;

export const portalUrl = {
  /** Remembers the address once it listens. */
  set(url: string): void { listening = url; },
  adminLink(hub: Hub, token: string): string {
    const url = listening ?? `http://${hub.config.portal.host}:${hub.config.portal.port}`;
    return `${url}/sign-in#token=${token}`;
  },
};
