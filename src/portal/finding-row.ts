/**
 * A stored finding as the API's row.
 * @module
 */
import type { z } from 'zod';
import type { Finding } from '../findings/finding.ts';
import type { findingRow } from './api.ts';

export type FindingRow = z.infer<typeof findingRow>;

export function findingRowOf(f: Finding): FindingRow {
  return {
    id: f.id, name: f.name, engine: f.engine, subject: f.subject, fromUs: f.fromUs, toUs: f.toUs, firstRaisedUs: f.firstRaisedUs,
    ports: [...f.ports], sensors: [...f.sensors], sources: f.sources, countries: [...f.countries], score: f.score, severity: f.severity, why: f.why,
    facts: { ...f.facts }, state: f.state, ended: f.ended, simulated: f.simulated, marking: f.marking, sourceRole: f.sourceRole,
  };
}
