import { type RefObject, useEffect } from 'react';

/** Scrolls a row of tabs, where it is wider than its window, to the one that is shown, whenever that is another one or the window is. */
export function useKeepShown(row: RefObject<HTMLElement | null>, shown: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is shown
  useEffect(() => {
    if (row.current === null) return;
    // It calls at once, too.
    const watch = new ResizeObserver(() => {
      row.current
        ?.querySelector('[aria-current="page"], [aria-selected="true"]')
        ?.scrollIntoView({ block: 'nearest', inline: 'center' });
    });
    watch.observe(row.current);
    return () => watch.disconnect();
  }, [row, shown]);
}
