/**
 * Endpoints of sessions that are open, so that a session's later records (which logs write without them) carry them too.
 *
 * Memory: MAX_OPEN_SESSIONS entries; beyond, the oldest is forgotten (its later records then lack ports, nothing else).
 * @module
 */

/** Most sessions remembered at once (about 4 MB). */
export const MAX_OPEN_SESSIONS = 16_384;

export interface Endpoints { readonly dst: string; readonly sport: number; readonly dport: number; readonly protocol: string }

export class OpenSessions {
  private readonly byId = new Map<string, Endpoints>();

  open(id: string, endpoints: Endpoints): void {
    if (id === '' || id.length > 256) return;
    if (this.byId.size >= MAX_OPEN_SESSIONS && !this.byId.has(id)) {
      const oldest = this.byId.keys().next();
      if (!oldest.done) this.byId.delete(oldest.value);
    }
    this.byId.set(id, endpoints);
  }

  get(id: string): Endpoints | undefined {
    return this.byId.get(id);
  }

  close(id: string): void {
    this.byId.delete(id);
  }
}
