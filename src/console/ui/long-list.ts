import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { placesOf, type Scrolled } from './long-list-places.ts';

/** Rows from the begin at which it is near: what lies before is there by the time that somebody scrolls so far. */
const NEAR_BEGIN_ROWS = 300;
/** Rows from the end at which it counts as the end. */
const NEAR_END_ROWS = 2;

interface LongListSettings {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  /** The number of the first row: rows put before it count down, rows that went count up. What is shown stays in its place. */
  readonly first: number;
  readonly rowHeight: number;
  /** Begins at the end, and stays there while rows are added. */
  readonly startsAtEnd?: boolean;
  /** Begins with this row in the middle of the view. */
  readonly startsAt?: number | undefined;
}

/** Draws a list of any length whose rows are equally high: says which rows are in view, and where. */
export function useLongList({ scroller, count, first, rowHeight, startsAtEnd = false, startsAt }: LongListSettings) {
  const [view, setView] = useState<Pick<Scrolled, 'top' | 'viewHeight' | 'exactTop'>>({ top: 0, viewHeight: 0 });
  const [isAtEnd, setAtEnd] = useState(startsAtEnd);
  const last = useRef({ top: 0, contentTop: 0, ratio: 1, first, isAtEnd: startsAtEnd });
  const { whole, height, ratio, contentTop, from, to } = placesOf({ count, rowHeight, ...view });

  const scrollTo = useCallback(
    (wanted: number) => {
      const element = scroller.current;
      if (element === null) return;
      const { clientHeight: viewHeight } = element;
      const exactTop = Math.max(0, Math.min(wanted, count * rowHeight - viewHeight));
      element.scrollTop = exactTop / placesOf({ count, rowHeight, top: 0, viewHeight }).ratio;
      last.current.top = element.scrollTop;
      setView({ top: element.scrollTop, viewHeight, exactTop });
    },
    [scroller, count, rowHeight],
  );

  const setEnd = useCallback((at: boolean) => {
    last.current.isAtEnd = at;
    setAtEnd(at);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: where it begins is asked once
  useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = (): void => {
      const { scrollTop: top, clientHeight: viewHeight } = element;
      setView((before) => (before.top === top ? { ...before, viewHeight } : { top, viewHeight }));
    };
    const onScroll = (): void => {
      const { scrollTop: top, clientHeight, scrollHeight } = element;
      if (top < last.current.top - 1) setEnd(scrollHeight - top - clientHeight < 1);
      else if (scrollHeight - top - clientHeight < rowHeight * NEAR_END_ROWS) setEnd(true);
      last.current.top = top;
      measure();
    };
    const observer = new ResizeObserver(() => {
      if (last.current.isAtEnd) element.scrollTop = element.scrollHeight;
      last.current.top = element.scrollTop;
      measure();
    });
    if (startsAt !== undefined) scrollTo(startsAt * rowHeight - element.clientHeight / 2);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, rowHeight, setEnd]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the rows, whatever it was
  useLayoutEffect(() => {
    const { contentTop: before, ratio: ratioBefore } = last.current;
    const moved = (first - last.current.first) * rowHeight;
    last.current.first = first;
    if (last.current.isAtEnd) scrollTo(whole);
    // Where the bar's way is made shorter, more rows change what a place of it means.
    else if (moved !== 0 || ratio !== ratioBefore) {
      // What somebody has just scrolled is not undone.
      const unheard = (scroller.current!.scrollTop - view.top) * ratioBefore;
      scrollTo(before + unheard - moved);
    }
  }, [count, first]);
  useLayoutEffect(() => {
    last.current.contentTop = contentTop;
    last.current.ratio = ratio;
  });

  return {
    /** The rows to be drawn, `to` excluded. */
    from,
    to,
    /** The height of what scrolls. */
    height,
    /** Where a row stands within it. */
    topOf: (row: number): number => view.top + row * rowHeight - contentTop,
    isAtEnd,
    toEnd: (): void => {
      setEnd(true);
      scrollTo(whole);
    },
    /** Brings a row into view, and leaves the end. */
    show: (row: number): void => {
      const top = row * rowHeight;
      if (top < contentTop) scrollTo(top);
      else if (top + rowHeight > contentTop + view.viewHeight) scrollTo(top + rowHeight - view.viewHeight);
      setEnd(row >= count - 1);
    },
    rowsInView: Math.max(1, Math.floor(view.viewHeight / rowHeight)),
    /** What lies before the first row will soon be seen. */
    isNearBegin: view.viewHeight > 0 && contentTop < rowHeight * NEAR_BEGIN_ROWS,
  };
}
