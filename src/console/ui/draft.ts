import { useState } from 'react';

/**
 * What a dialogue's form holds, filled anew whenever it opens: what others change meanwhile is told when one saves. Emptied when it
 * closes, so that nothing secret stays in the page.
 */
export function useDraft<D extends object>(opened: boolean, fill: () => D): [D, (change: Partial<D>) => void] {
  const [draft, setDraft] = useState(fill);
  const [wasOpened, setWasOpened] = useState(opened);
  if (opened !== wasOpened) {
    setWasOpened(opened);
    setDraft(fill());
  }
  return [draft, (change) => setDraft((before) => ({ ...before, ...change }))];
}
