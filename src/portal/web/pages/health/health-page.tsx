/**
 * Health: can I trust these numbers? Sensors with their calendar of gaps, engines, store and jobs; account, and for administrators settings, keys, people, audit.
 *
 * The section is in the URL (`tab`). Each section is a file; those for administrators are not offered to others (the server refuses them anyway).
 * @module
 */
import { setParams, usePlace } from '../../frame/location.ts';
import { Link } from '../../frame/link.tsx';
import { useMay, useMe } from '../../frame/session.tsx';
import { useHealth } from '../../frame/status-line.tsx';
import { useWords } from '../../i18n/language.tsx';
import { Answered } from '../../parts/states.tsx';
import { AccountSection } from './account-section.tsx';
import { AuditSection } from './audit-section.tsx';
import { EnginesSection } from './engines-section.tsx';
import { KeysSection, PeopleSection } from './access-sections.tsx';
import { SensorsSection } from './sensors-section.tsx';
import { SettingsSection } from './settings-section.tsx';
import { StoreSection } from './store-section.tsx';
import './health.css';

const TABS = ['sensors', 'engines', 'store', 'account', 'settings', 'keys', 'people', 'audit'] as const;
type Tab = (typeof TABS)[number];

export function HealthPage() {
  const { t, f } = useWords();
  const me = useMe();
  const administrator = useMay('administrator');
  const { params } = usePlace();
  const health = useHealth();
  const offered: readonly Tab[] = administrator ? TABS : TABS.slice(0, 4);
  const asked = params.get('tab') ?? '';
  const tab: Tab = offered.find((x) => x === asked) ?? 'sensors';
  return (
    <div className="page health">
      <div className="page-head">
        <h1>{t.health.title}</h1>
        {health.data && <p className="totals">{t.asOf(f.exact(health.data.nowUs).slice(0, -4))}</p>}
      </div>
      {!me.hasPassword && tab !== 'account' && <p className="note">{t.health.setUp} <button type="button" className="textlink" onClick={() => setParams({ tab: 'account' })}>{t.health.setUpDo}</button></p>}
      <nav className="subnav" aria-label={t.health.sectionNav}>
        <ul>{offered.map((x) => <li key={x}><Link to="/health" with={{ tab: x === 'sensors' ? null : x }} aria-current={x === tab ? 'true' : undefined}>{t.health.tabs[x]}</Link></li>)}</ul>
      </nav>
      {tab === 'account' ? <AccountSection /> : tab === 'settings' ? <SettingsSection /> : tab === 'keys' ? <KeysSection /> : tab === 'people' ? <PeopleSection /> : tab === 'audit' ? <AuditSection /> : (
        <Answered query={health} lines={8}>
          {(data) => (tab === 'engines' ? <EnginesSection health={data} /> : tab === 'store' ? <StoreSection health={data} /> : <SensorsSection health={data} />)}
        </Answered>
      )}
    </div>
  );
}
