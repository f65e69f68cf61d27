/**
 * A finding in the drawer.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { ApiError, call } from '../../frame/api-client.ts';
import { useWords } from '../../i18n/language.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { FindingBody } from './finding-body.tsx';

export function useFinding(id: string) {
  return useQuery({ queryKey: ['finding', id], queryFn: ({ signal }) => call('GET /findings/:id', { params: { id }, signal }) });
}

export function FindingDrawer({ id }: { readonly id: string }) {
  const { t } = useWords();
  const finding = useFinding(id);
  if (finding.error instanceof ApiError && finding.error.status === 404) return <Empty title={t.findings.notFound} />;
  return <Answered query={finding} lines={8}>{(detail) => <FindingBody key={id} detail={detail} full={false} />}</Answered>;
}
