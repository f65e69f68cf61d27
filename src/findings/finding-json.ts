/**
 * Findings as the CLI, the API's export and alerts print them: the stable JSON of the command line.
 * @module
 */
import type { Finding, Evidence } from './finding.ts';

export interface FindingJson {
  readonly id: string; readonly name: string; readonly engine: string; readonly fromUs: number; readonly toUs: number; readonly firstRaisedUs: number;
  readonly ports: readonly string[]; readonly sensors: readonly string[]; readonly sources: number; readonly countries: readonly string[];
  readonly score: number; readonly why: string;
  readonly org: string; readonly subject: string; readonly state: string; readonly severity: number; readonly ended: boolean; readonly simulated: boolean;
  readonly marking: string; readonly sourceRole: string; readonly facts: Readonly<Record<string, number | string>>;
}

/** One line of `noroshi findings --json`. */
export function findingJson(f: Finding): FindingJson {
  return {
    id: f.id, name: f.name, engine: f.engine, fromUs: f.fromUs, toUs: f.toUs, firstRaisedUs: f.firstRaisedUs,
    ports: f.ports, sensors: f.sensors, sources: f.sources, countries: f.countries, score: f.score, why: f.why,
    org: f.org, subject: f.subject, state: f.state, severity: f.severity, ended: f.ended, simulated: f.simulated,
    marking: f.marking, sourceRole: f.sourceRole, facts: f.facts,
  };
}

/** `noroshi finding ID --json`. */
export function findingDetailJson(f: Finding, sourceList: readonly string[]): FindingJson & { sourceList: readonly string[]; evidence: Evidence; version: string } {
  return { ...findingJson(f), sourceList, evidence: f.evidence, version: f.version };
}
