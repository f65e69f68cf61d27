/**
 * The open findings: how many wait, and which of them warn of something that spreads. Asked once for rail, status line and tables.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { FINDINGS } from '../../../findings/findings.catalogue.ts';
import { call } from './api-client.ts';

const REFETCH_MS = 30_000;
const WARNINGS = Object.entries(FINDINGS).filter(([, entry]) => entry.earlyWarning).map(([name]) => `name == ${JSON.stringify(name)}`).join(' || ');

/** Those that need a human: counts by state, and the newest few. Small ones are noted on their own list. */
export function useOpenFindings() {
  return useQuery({ queryKey: ['findings', 'rail'], queryFn: ({ signal }) => call('GET /findings', { query: { state: 'open', query: 'severity >= 3', limit: 20 }, signal }), refetchInterval: REFETCH_MS });
}
/** Open findings that warn of something new that spreads, still going on. */
export function useOpenWarnings() {
  return useQuery({
    queryKey: ['findings', 'warnings'], queryFn: ({ signal }) => call('GET /findings', { query: { state: 'open', query: WARNINGS, limit: 200 }, signal }), refetchInterval: REFETCH_MS,
    select: (answer) => { const going = answer.findings.filter((x) => !x.ended); return { findings: going, ports: new Set(going.flatMap((x) => x.ports)) }; },
  });
}
const NO_PORTS: ReadonlySet<string> = new Set();
/** Ports that a warning names: what is drawn in the colour that is kept for what needs a human. */
export function useWarnedPorts(): ReadonlySet<string> { return useOpenWarnings().data?.ports ?? NO_PORTS; }
