/**
 * What stands where an answer is not: still loading, failed, or nothing there. Each says what to do next.
 * @module
 */
import type { ReactNode } from 'react';
import { ApiError } from '../frame/api-client.ts';
import { useWords } from '../i18n/language.tsx';

export function Loading({ lines = 3 }: { readonly lines?: number }) {
  const { t } = useWords();
  return (
    <div className="loading" role="status" aria-busy="true">
      <span className="unseen">{t.loading}</span>
      {Array.from({ length: lines }, (_, i) => <i key={i} aria-hidden="true" />)}
    </div>
  );
}

export function Failed({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { t } = useWords();
  const api = error instanceof ApiError ? error : null;
  const message = api?.status === 0 ? t.offline : api?.message || t.loadFailed;
  return (
    <div className="failed" role="alert">
      <p><b>{message}</b></p>
      {api && api.remedy !== '' && <p>{api.remedy}</p>}
      {retry && <button type="button" onClick={retry}>{t.retry}</button>}
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return <div className="empty"><p>{title}</p>{children}</div>;
}

interface AnswerProps<T> {
  readonly query: { readonly data: T | undefined; readonly error: unknown; readonly refetch: () => unknown };
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}
/** Shows the newest answer even while or after a later attempt fails; the failure is said above it. */
export function Answered<T>({ query, lines, children }: AnswerProps<T>) {
  const failure = query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : null;
  if (query.data === undefined) return failure ?? <Loading {...(lines === undefined ? {} : { lines })} />;
  return <>{failure}{children(query.data)}</>;
}
