/**
 * The open findings: asked once for the rail's counts, the status line's marking and whatever else needs to know what waits.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { call } from './api-client.ts';

/** From the beginning: a queue is not limited to the last hour. */
export const EVER = '1970-01-01T00:00:00Z';

export function useOpenFindings() {
  return useQuery({ queryKey: ['findings', 'rail'], queryFn: ({ signal }) => call('GET /findings', { query: { state: 'open', from: EVER, limit: 200 }, signal }), refetchInterval: 30_000 });
}
