/**
 * Importers of other tools' logs, by name: what `noroshi read --as NAME` takes and detection chooses from.
 *
 * Adding one is one file in `importers/` and one line here. {@link detectImporter} picks by content alone, never by file name.
 * @module
 */
import { defineRegistry } from '../core/registry.ts';
import type { Importer } from './importer.ts';
import { adbhoney } from './importers/adbhoney.ts';
import { ciscoasaHoneypot } from './importers/ciscoasa-honeypot.ts';
import { countSeries } from './importers/count-series.ts';
import { cowrie } from './importers/cowrie.ts';
import { cowrieSessions } from './importers/cowrie-sessions.ts';
import { cowrieText } from './importers/cowrie-text.ts';
import { csv } from './importers/csv.ts';
import { dionaea } from './importers/dionaea.ts';
import { elasticpot } from './importers/elasticpot.ts';
import { heralding } from './importers/heralding.ts';
import { honeytrap } from './importers/honeytrap.ts';
import { medpot } from './importers/medpot.ts';
import { p0f } from './importers/p0f.ts';
import { spokiProber } from './importers/spoki-prober.ts';
import { spokiRaw } from './importers/spoki-raw.ts';
import { suricataEve } from './importers/suricata-eve.ts';
import { tanner } from './importers/tanner.ts';
import { zeekConn } from './importers/zeek-conn.ts';

export const IMPORTERS = defineRegistry<Importer>()({
  'adbhoney': adbhoney,
  'ciscoasa-honeypot': ciscoasaHoneypot,
  'count-series': countSeries,
  'cowrie': cowrie,
  'cowrie-sessions': cowrieSessions,
  'cowrie-text': cowrieText,
  'csv': csv,
  'dionaea': dionaea,
  'elasticpot': elasticpot,
  'heralding': heralding,
  'honeytrap': honeytrap,
  'medpot': medpot,
  'p0f': p0f,
  'spoki-prober': spokiProber,
  'spoki-raw': spokiRaw,
  'suricata-eve': suricataEve,
  'tanner': tanner,
  'zeek-conn': zeekConn,
});

export type ImporterName = keyof typeof IMPORTERS;

/** An importer by its name; undefined if there is none. */
export function importerNamed(name: string): Importer | undefined {
  return Object.hasOwn(IMPORTERS, name) ? IMPORTERS[name as ImporterName] : undefined;
}

/** The surest importer of these first bytes (decompressed, ≤ 64 KiB); null if none is at least 0.1 sure. */
export function detectImporter(head: Uint8Array): { importer: Importer; confidence: number } | null {
  let best: { importer: Importer; confidence: number } | null = null;
  for (const importer of Object.values(IMPORTERS) as Importer[]) {
    const confidence = importer.detect(head);
    if (confidence >= 0.1 && confidence > (best?.confidence ?? 0)) best = { importer, confidence };
  }
  return best;
}
