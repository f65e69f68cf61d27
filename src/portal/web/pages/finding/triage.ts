/**
 * Deciding about a finding: true, benign true, false, snooze; always with a way back.
 * @module
 */
import { useQueryClient } from '@tanstack/react-query';
import { ApiError, call, type FindingDetail, type FindingRow, type Outcome } from '../../frame/api-client.ts';
import { useMay } from '../../frame/session.tsx';
import { say, sayError } from '../../frame/toast.tsx';
import { findingTitle } from '../../i18n/finding-text.ts';
import { useWords } from '../../i18n/language.tsx';

const SNOOZE_MS = 24 * 3_600_000;

export function useTriage(): (finding: FindingRow, outcome: Outcome, reason?: string) => void {
  const { t, language } = useWords();
  const client = useQueryClient();
  const may = useMay('analyst');
  const settled = (finding: FindingRow): void => {
    client.setQueryData<FindingDetail>(['finding', finding.id], (old) => (old ? { ...old, finding } : old));
    for (const key of ['findings', 'finding', 'now', 'ports']) void client.invalidateQueries({ queryKey: [key] });
  };
  const failed = (error: unknown): void => sayError(error instanceof ApiError && error.message ? error.message : t.loadFailed);
  return (finding, outcome, reason = '') => {
    if (!may) { sayError(t.notAllowed(t.roles.analyst)); return; }
    const title = findingTitle(finding, language);
    const until = outcome === 'snoozed' ? { until: new Date(Date.now() + SNOOZE_MS).toISOString() } : {};
    const undo = (): void => { call('POST /findings/:id/undo', { params: { id: finding.id } }).then((back) => { settled(back); say(t.findings.undone(title)); }, failed); };
    call('POST /findings/:id/outcome', { params: { id: finding.id }, body: { outcome, reason, ...until } })
      .then((next) => { settled(next); say(t.findings.decided(title, t.findings.outcomes[outcome]), undo); }, failed);
  };
}
