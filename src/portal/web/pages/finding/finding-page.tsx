/**
 * One finding on its own page: the same body as in the drawer, with all that the answer holds.
 * @module
 */
import { ApiError } from '../../frame/api-client.ts';
import { useWords } from '../../i18n/language.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { FindingBody } from './finding-body.tsx';
import { useFinding } from './finding-drawer.tsx';

export function FindingPage({ id }: { readonly id: string }) {
  const { t } = useWords();
  const finding = useFinding(id);
  if (finding.error instanceof ApiError && finding.error.status === 404) return <div className="page"><h1 className="unseen">{t.pages.finding}</h1><Empty title={t.findings.notFound} /></div>;
  return <div className="page"><Answered query={finding} lines={10}>{(detail) => <FindingBody detail={detail} full />}</Answered></div>;
}
