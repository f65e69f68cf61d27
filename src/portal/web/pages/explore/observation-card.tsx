/**
 * One observation in the drawer: every field, each a handle.
 * @module
 */
import type { ReactNode } from 'react';
import type { ObservationRow } from '../../frame/api-client.ts';
import { Link } from '../../frame/link.tsx';
import { hostPath, portPath } from '../../frame/location.ts';
import { useWords } from '../../i18n/language.tsx';
import { portText } from '../../parts/names.ts';
import { Value, type Field } from '../../parts/value.tsx';

export function ObservationCard({ row, keep }: { readonly row: ObservationRow; readonly keep: () => void }) {
  const { t, f } = useWords();
  const c = t.col;
  const handles: readonly (readonly [string, Field, string | number | undefined])[] = [
    [c.src, 'src', row.src], [c.country, 'country', row.country], [c.asn, 'asn', row.asn], [c.dst, 'dst', row.dst], [c.port, 'port', row.port], [c.sport, 'sport', row.sport], [c.sensor, 'sensor', row.sensor], [c.region, 'region', row.region],
    [c.role, 'role', row.role], [c.label, 'label', row.label], [c.tool, 'tool', row.tool], [c.kind, 'kind', row.kind], [c.ttl, 'ttl', row.ttl], [c.ipid, 'ipid', row.ipid], [c.window, 'window', row.window], [c.flags, 'flags', row.flags], [c.seq, 'seq', row.seq],
  ];
  const facts: readonly (readonly [string, ReactNode])[] = [
    ...(row.length === undefined ? [] : [[c.length, f.n(row.length)] as const]), ...(row.session === undefined ? [] : [[c.session, <code key="s">{row.session}</code>] as const]),
    ...Object.entries(row.fields ?? {}).map(([name, value]) => [name, <code key={name}>{value}</code>] as const),
  ];
  return (
    <>
      <h2>{portText(row.port)} ← {row.src}</h2>
      <p className="dim mono">{f.exact(row.atUs)}</p>
      <dl className="facts">
        {handles.map(([name, field, value]) => value !== undefined && value !== '' && !(field === 'asn' && value === 0) && <div key={field}><dt>{name}</dt><dd><Value field={field} value={value} /></dd></div>)}
        {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
        {row.tags.length > 0 && <div><dt>{c.tags}</dt><dd>{row.tags.map((tag) => <Value key={tag} field="tag" value={tag} />)}</dd></div>}
      </dl>
      {row.payload && <><h3>{c.payload}</h3><pre className="payload" tabIndex={0} aria-label={c.payload}>{row.payload}</pre></>}
      <p className="acts">
        <Link className="button" to={hostPath(row.src)} with={{ q: null }}>{t.pages.host}: {row.src}</Link>
        <Link className="button" to={portPath(row.port)} with={{ q: null }}>{t.pages.port}: {portText(row.port)}</Link>
        <button type="button" onClick={keep}>{t.value.evidence} <kbd>e</kbd></button>
      </p>
    </>
  );
}
