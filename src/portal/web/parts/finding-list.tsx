/**
 * A short list of findings under another subject (a host, a port): severity, title, time; pressing one opens the drawer.
 * @module
 */
import type { FindingRow } from '../frame/api-client.ts';
import { setParams } from '../frame/location.ts';
import { findingKind, findingTitle } from '../i18n/finding-text.ts';
import { useWords } from '../i18n/language.tsx';
import { Severity } from './severity.tsx';

export function FindingList({ findings, empty }: { readonly findings: readonly FindingRow[]; readonly empty: string }) {
  const { f, language } = useWords();
  if (findings.length === 0) return <p className="dim">{empty}</p>;
  return (
    <ul className="finding-list">
      {findings.map((x) => (
        <li key={x.id}>
          <Severity level={x.severity} />
          <button type="button" className="change-title" onClick={() => setParams({ sel: x.id })}>{findingTitle(x, language)}</button>
          <span className="tag">{findingKind(x, language)}</span>
          <time>{f.time(x.firstRaisedUs)}</time>
        </li>
      ))}
    </ul>
  );
}
