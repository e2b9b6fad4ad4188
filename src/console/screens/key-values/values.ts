import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';

export const KEYS = '/v1/kv/{space}';
export type Entry = Answer<'GET', typeof KEYS>['entries'][number];

/** Of all keys that begin so, the key itself comes first. */
const asked = (space: string, key: string) => ({
  path: { space },
  query: { prefix: key, values: true, limit: 1 },
});

/** What stands under a key, as `entryIn` finds it. */
export function useEntry(space: string, key: string) {
  return useApi(KEYS, asked(space, key), { enabled: key !== '', staleTime: 0 });
}

/** Reads what stands under a key; `undefined` where there is nothing. */
export async function readEntry(space: string, key: string): Promise<Entry | undefined> {
  return entryIn(await api.get(KEYS, asked(space, key)), key);
}

export function entryIn({ entries }: { readonly entries: readonly Entry[] }, key: string): Entry | undefined {
  return entries.find((entry) => entry.key === key);
}

/** Where the console shows a space, and a key of it. */
export function spacePath(space: string, key = ''): string {
  return `/key-values/${encodeURIComponent(space)}${key === '' ? '' : `?key=${encodeURIComponent(key)}`}`;
}
