import { type RefObject, useLayoutEffect, useState } from 'react';

/** Whether an element is narrower than this; follows its size. */
export function useNarrow(element: RefObject<HTMLElement | null>, belowPx: number): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null) return undefined;
    setNarrow(watched.clientWidth < belowPx);
    const observer = new ResizeObserver(() => setNarrow(watched.clientWidth < belowPx));
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element, belowPx]);
  return isNarrow;
}
