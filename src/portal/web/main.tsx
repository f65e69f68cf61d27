/**
 * Entry of the portal's pages: looks, language, data, frame.
 * @module
 */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './tokens.css';
import './frame/frame.css';
import './parts/parts.css';
import './frame/appearance.ts';
import { App } from './frame/app.tsx';
import { ApiError } from './frame/api-client.ts';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchOnWindowFocus: true,
      // An answer is an answer, if a bad one; only a silent server or a proxy without one is asked again.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status > 0 && ![502, 503, 504].includes(error.status)),
      retryDelay: (attempt) => 500 * 2 ** attempt,
    },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with id "root"');
createRoot(root).render(<StrictMode><QueryClientProvider client={client}><App /></QueryClientProvider></StrictMode>);
