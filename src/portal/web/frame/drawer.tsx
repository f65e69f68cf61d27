/**
 * The evidence drawer on the right. `sel` of the URL says what it shows: a finding's id, `evidence`, or a row that its page shows itself (`o:…`).
 * @module
 */
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useWords } from '../i18n/language.tsx';
import { Loading } from '../parts/states.tsx';
import { clearEvidence, drop, evidenceText, useEvidence } from './evidence.ts';
import { setParams, usePlace } from './location.ts';
import { say, sayError } from './toast.tsx';

const FindingDrawer = lazy(() => import('../pages/finding/finding-drawer.tsx').then((m) => ({ default: m.FindingDrawer })));
/** Rows of a page are shown by the page, which has them. */
export const ROW_PREFIX = 'o:';

/** Puts its children into the drawer's place. */
export function Drawer({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const { t } = useWords();
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => { setSlot(document.getElementById('drawer-slot')); }, []);
  // Where the drawer covers the page it takes the focus too.
  useEffect(() => { if (slot && window.matchMedia('(max-width: 860px)').matches) close.current?.focus(); }, [slot]);
  if (!slot) return null;
  return createPortal(
    <section className="drawer" aria-label={label}>
      <button ref={close} type="button" className="quiet drawer-close" aria-label={t.close} onClick={() => setParams({ sel: null })}>×</button>
      {children}
    </section>, slot);
}

export function DrawerHost() {
  const { t } = useWords();
  const { path, params } = usePlace();
  const sel = params.get('sel') ?? '';
  if (sel === '' || sel.startsWith(ROW_PREFIX) || path === `/findings/${sel}`) return null;
  if (sel === 'evidence') return <EvidenceTray />;
  return <Drawer label={t.pages.finding} key={sel}><Suspense fallback={<Loading lines={6} />}><FindingDrawer id={sel} /></Suspense></Drawer>;
}

function EvidenceTray() {
  const { t, f } = useWords();
  const items = useEvidence();
  const copy = (): void => { navigator.clipboard.writeText(evidenceText(items)).then(() => say(t.copied(t.evidenceTray)), () => sayError(t.copyFailed)); };
  return (
    <Drawer label={t.evidenceTray}>
      <h2>{t.evidenceTray}</h2>
      <p className="dim">{items.length === 0 ? t.evidence.empty : t.evidence.about}</p>
      <ul className="evidence-list">
        {items.map((item) => (
          <li key={item.id}>
            <a href={item.href}>{item.text}</a>
            <span className="dim">{f.time(item.atMs * 1000)}</span>
            <button type="button" className="quiet" aria-label={`${t.remove}: ${item.text}`} onClick={() => drop(item.id)}>×</button>
          </li>
        ))}
      </ul>
      {items.length > 0 && <p className="acts"><button type="button" onClick={copy}>{t.evidence.copyAll}</button><button type="button" onClick={clearEvidence}>{t.evidence.clear}</button></p>}
    </Drawer>
  );
}
