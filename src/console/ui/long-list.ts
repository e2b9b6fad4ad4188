import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';

/** No browser makes an element of any height; beyond this one the way of the scroll bar is made shorter. */
const MAX_HEIGHT_PX = 14_000_000;
const EXTRA_ROWS = 24;
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
  const [view, setView] = useState({ top: 0, height: 0 });
  const [isAtEnd, setAtEnd] = useState(startsAtEnd);
  const last = useRef({ top: 0, first, isAtEnd: startsAtEnd });
  const whole = count * rowHeight;
  const height = Math.min(whole, MAX_HEIGHT_PX);
  // How far the list goes for each pixel that the bar goes.
  const ratio = height > view.height && view.height > 0 ? (whole - view.height) / (height - view.height) : 1;
  const contentTop = Math.max(0, Math.min(view.top * ratio, whole - view.height));

  const scrollTo = useCallback(
    (top: number) => {
      const element = scroller.current;
      if (element === null) return;
      element.scrollTop = top / ratio;
      last.current.top = element.scrollTop;
      setView({ top: element.scrollTop, height: element.clientHeight });
    },
    [scroller, ratio],
  );

  const setEnd = useCallback((at: boolean) => {
    last.current.isAtEnd = at;
    setAtEnd(at);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: where it begins is asked once
  useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
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
    if (startsAt !== undefined) element.scrollTop = startsAt * rowHeight - element.clientHeight / 2;
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, rowHeight, setEnd]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the rows, whatever it was
  useLayoutEffect(() => {
    const moved = (first - last.current.first) * rowHeight;
    last.current.first = first;
    if (last.current.isAtEnd) scrollTo(whole);
    else if (moved !== 0) scrollTo(Math.max(0, contentTop - moved));
  }, [count, first]);

  const from = Math.max(0, Math.floor(contentTop / rowHeight) - EXTRA_ROWS);
  const to = Math.min(count, Math.ceil((contentTop + view.height) / rowHeight) + EXTRA_ROWS);
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
      else if (top + rowHeight > contentTop + view.height) scrollTo(top + rowHeight - view.height);
      setEnd(row >= count - 1);
    },
    rowsInView: Math.max(1, Math.floor(view.height / rowHeight)),
    isAtBegin: view.height > 0 && contentTop < rowHeight * EXTRA_ROWS,
  };
}
