import { useApi } from './hooks.ts';

/** What all functions did of late, as far as the node measures them one by one; percentiles of those that were invoked most. */
export function useTop(window: '5m' | '10m', settings?: { readonly refetchOnMount: 'always' }) {
  return useApi('/v1/top', { query: { window, limit: 5_000, percentiles: 1_000 } }, settings);
}
