/**
 * What engines have learned, kept across restarts: one snapshot a scope ('' = live).
 * @module
 */
import type { RecordStore } from './store.ts';

const ALL = '*';

export interface EngineMemory {
  load(scope: string): Promise<Uint8Array | null>;
  save(scope: string, bytes: Uint8Array): Promise<void>;
}

export function engineMemory({ db, clock }: RecordStore): EngineMemory {
  return {
    async load(scope) {
      const row = await db.selectFrom('engine_memory').select('bytes').where('org', '=', ALL).where('engine', '=', ALL).where('scope', '=', scope).executeTakeFirst();
      return row ? new Uint8Array(row.bytes) : null;
    },
    async save(scope, bytes) {
      const nowUs = clock.nowUs();
      await db.insertInto('engine_memory').values({ org: ALL, engine: ALL, scope, version: 'snapshot', window_us: 0, bytes, updated_us: nowUs })
        .onConflict((c) => c.columns(['org', 'engine', 'scope']).doUpdateSet({ bytes, updated_us: nowUs })).execute();
    },
  };
}
