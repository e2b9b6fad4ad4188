import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useSyncExternalStore } from 'react';
import { useLongList } from '../../ui/long-list.ts';
import classes from './line-list.module.css';
import { LineRow } from './line-row.tsx';
import type { Lines } from './lines.ts';

const ROW_PX = 22;

interface LineListProps {
  readonly label: string;
  readonly lines: Lines;
  /** The number of the chosen line, counted from `lines.first` of the beginning. */
  readonly current: number | undefined;
  readonly onCurrent: (line: number | undefined) => void;
  /** Enter on the chosen line, and a click on any. */
  readonly onOpen: (line: number) => void;
  readonly find: string;
  readonly showsFunction: boolean;
  readonly isLive: boolean;
  /** The oldest lines will soon be in view. */
  readonly onBegin: () => void;
  readonly height: string;
  /** The place that it begins with, in place of the end. */
  readonly startsAt?: number | undefined;
  readonly children?: ReactNode;
}

/** Lines of a log, the newest at the end: any number of them, followed while one stays at the end. */
export function LineList(props: LineListProps) {
  const { label, lines, current, onCurrent, onOpen, find, showsFunction, isLive, onBegin, height, startsAt } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const revision = useSyncExternalStore(lines.subscribe, () => lines.revision);
  const { length: count, first } = lines;
  const list = useLongList({
    scroller,
    count,
    first,
    rowHeight: ROW_PX,
    startsAtEnd: startsAt === undefined,
    startsAt,
  });
  const seen = useRef({ end: first + count });
  if (list.isAtEnd) seen.current.end = first + count;
  const unseen = first + count - seen.current.end;

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again whenever lines came
  useEffect(() => {
    if (list.isNearBegin && count > 0) onBegin();
  }, [list.isNearBegin, revision, onBegin]);

  const move = (place: number): void => {
    const to = Math.max(0, Math.min(count - 1, place));
    onCurrent(first + to);
    list.show(to);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (count === 0) return;
    const place = current === undefined ? undefined : current - first;
    const steps: Record<string, number> = {
      ArrowDown: place === undefined ? list.from : place + 1,
      ArrowUp: (place ?? count) - 1,
      PageDown: (place ?? list.from) + list.rowsInView,
      PageUp: (place ?? list.to) - list.rowsInView,
      Home: 0,
      End: count - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' && current !== undefined) onOpen(current);
    else return;
    event.preventDefault();
    if (event.key === 'End') list.toEnd();
  };

  const rows = [];
  for (let place = list.from; place < list.to; place++) {
    const entry = lines.at(place);
    if (entry === undefined) continue;
    const number = first + place;
    rows.push(
      <LineRow
        key={number}
        id={`${id}-${number}`}
        entry={entry}
        top={list.topOf(place)}
        place={number}
        isCurrent={number === current}
        find={find}
        showsFunction={showsFunction}
        onPick={onOpen}
      />,
    );
  }
  const isShown = current !== undefined && current - first >= list.from && current - first < list.to;
  return (
    <div className={classes.frame}>
      <div
        ref={scroller}
        className={classes.scroller}
        role="listbox"
        aria-label={label}
        tabIndex={0}
        style={{ '--list-height': height } as React.CSSProperties}
        onKeyDown={onKeyDown}
        {...(isShown && { 'aria-activedescendant': `${id}-${current}` })}
      >
        <div role="presentation" style={{ height: list.height }} data-lines={count}>
          {rows}
        </div>
      </div>
      {!list.isAtEnd && (isLive || unseen > 0) && (
        <Button
          className={classes.follow ?? ''}
          size="xs"
          radius="xl"
          leftSection={<IconArrowDown size={14} aria-hidden />}
          onClick={list.toEnd}
        >
          {unseen > 0 ? `${unseen.toLocaleString('en-GB')} new` : 'To the newest'}
        </Button>
      )}
    </div>
  );
}
