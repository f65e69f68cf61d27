/**
 * The open findings: asked once for the rail's counts, the status line's marking and whatever else needs to know what waits.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { call } from './api-client.ts';

export function useOpenFindings() {
  return useQuery({ queryKey: ['findings', 'rail'], queryFn: ({ signal }) => call('GET /findings', { query: { state: 'open', limit: 200 }, signal }), refetchInterval: 30_000 });
}
