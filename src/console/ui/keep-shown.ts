import { type RefObject, useEffect } from 'react';

/** Scrolls a row of tabs, where it is wider than its window, to the one that is shown, whenever that is another one. */
export function useKeepShown(row: RefObject<HTMLElement | null>, shown: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is shown
  useEffect(() => {
    row.current
      ?.querySelector('[aria-current="page"], [aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [row, shown]);
}
