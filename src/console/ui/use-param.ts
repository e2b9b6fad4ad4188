import { useCallback } from 'react';
import { useAddress } from './address.ts';

/** A value that stands in the URL, so that what is shown can be shared; without one it is `fallback`. Setting it leaves no step in the history. */
export function useParam(name: string, fallback = ''): readonly [value: string, set: (value: string) => void] {
  const [params, setParams] = useAddress();
  const set = useCallback(
    (value: string) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          if (value === fallback || value === '') after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      ),
    [setParams, name, fallback],
  );
  return [params.get(name) ?? fallback, set];
}
