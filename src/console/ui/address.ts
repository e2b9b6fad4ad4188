import { useCallback } from 'react';
import { type NavigateOptions, useHref, useLocation, useNavigate, useSearchParams } from 'react-router';

type Change = (words: URLSearchParams) => URLSearchParams;

/**
 * The words of the address, and how to change them. A change is upon the address as it is then: what is drawn follows later, and two
 * changes that come before it does would take each other back. Who has gone on to another page by then is not brought back.
 */
export function useAddress(): readonly [URLSearchParams, (change: Change, options?: NavigateOptions) => void] {
  const [words] = useSearchParams();
  const navigate = useNavigate();
  const path = useHref(useLocation().pathname);
  const change = useCallback(
    (next: Change, options?: NavigateOptions) => {
      const { pathname, search } = window.location;
      if (withoutSlash(pathname) !== withoutSlash(path)) return;
      void navigate(`?${next(new URLSearchParams(search))}`, options);
    },
    [navigate, path],
  );
  return [words, change];
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '');
}
