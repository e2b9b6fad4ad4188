import { useCallback } from 'react';
import { useAddress } from './address.ts';

/** What a view shows, as words of its URL: empty where they are not there. Changing one adds no entry to the history. */
export function useWords<N extends string>(
  names: readonly N[],
): [Readonly<Record<N, string>>, (changes: Partial<Record<N, string>>, push?: boolean) => void] {
  const [query, setQuery] = useAddress();
  const words = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ''])) as Record<N, string>;
  const change = useCallback(
    (changes: Partial<Record<N, string>>, push = false) =>
      setQuery(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries<string | undefined>(changes)) {
            if (value === undefined || value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: !push, preventScrollReset: true },
      ),
    [setQuery],
  );
  return [words, change];
}
