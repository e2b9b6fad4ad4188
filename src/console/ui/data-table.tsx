import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import classes from './data-table.module.css';
import { useNarrow } from './use-narrow.ts';
import { type Order, useOrder } from './use-order.ts';

/** Below this, rows of tables that know how have two lines. */
const PHONE_PX = 560;
const TWO_LINES_PX = 60;

/** A column of a table. */
export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** What a cell shows. */
  readonly cell: (row: T) => ReactNode;
  /** What the column is sorted by; without it, it cannot be. */
  readonly sort?: (row: T) => string | number;
  /** A track of the grid, such as `minmax(10rem, 2fr)` or `6rem`. */
  readonly width?: string;
  readonly align?: 'right';
  /** Shown in whole, however long: rows are as high as they have to be. */
  readonly wraps?: boolean;
  /** Left out where the table is narrower than a tablet; `'very'`: already where it is not much wider than one. */
  readonly wide?: boolean | 'very';
  /**
   * Where it stands on a phone. A table with such a column has two lines a row there: `first` leads the first one, `end` ends it,
   * `rest` takes what is left of the second. All others that are not `wide` stand in the second, too; a number with its title, and
   * so does what is `named`.
   */
  readonly phone?: 'first' | 'end' | 'second' | 'named' | 'rest';
}

export interface DataTableProps<T> {
  /** What the table holds, for those who do not see it. */
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  /** Called for Enter on a row and for a click on it; a link in a cell still goes where it says. */
  readonly onOpen?: (row: T) => void;
  /** The order that it begins with; which one it has stands in the URL. */
  readonly initialSort?: Order;
  /** The word of the URL that has the order, where a path has several tables. */
  readonly orderWord?: string;
  readonly rowHeight?: number;
  /** The table scrolls by itself beyond this height. */
  readonly maxHeight?: string;
  readonly empty?: ReactNode;
  /** Called when the last rows come into view: for further pages. */
  readonly onEnd?: () => void;
}

/** A table of any length: only the rows in view are drawn. Sorted by its headings; arrows, Home, End and Enter work in it. */
export function DataTable<T>({
  label,
  rows,
  columns,
  rowKey,
  onOpen,
  initialSort,
  orderWord = 'sort',
  rowHeight: oneLinePx = 40,
  maxHeight = '70vh',
  empty,
  onEnd,
}: DataTableProps<T>) {
  const sortable = useMemo(
    () => new Set(columns.flatMap(({ key, sort: by }) => (by === undefined ? [] : [key]))),
    [columns],
  );
  const [sort, setSort] = useOrder(orderWord, initialSort, sortable);
  const [current, setCurrent] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLDivElement>(null);
  const isNarrow = useNarrow(table, PHONE_PX);
  const hasTwoLines = isNarrow && columns.some(({ phone }) => phone !== undefined);
  const grows = columns.some(({ wraps }) => wraps);
  const rowHeight = hasTwoLines ? Math.max(oneLinePx, TWO_LINES_PX) : oneLinePx;
  const sorted = useMemo(() => sortBy(rows, columns, sort), [rows, columns, sort]);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    onChange: ({ range }) => {
      if (range !== null && range.endIndex >= sorted.length - 2) onEnd?.();
    },
  });
  // Rows that grow are measured as they are drawn; that would be forgotten.
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are others in height
  useEffect(() => {
    if (!grows) virtual.measure();
  }, [virtual, grows, rowHeight]);
  const template = columns.map(({ width = 'minmax(7rem, 1fr)' }) => width).join(' ');
  const medium = columns.flatMap(({ wide, width = 'minmax(7rem, 1fr)' }) => (wide === 'very' ? [] : [width])).join(' ');
  const narrow = columns.flatMap(({ wide, width = 'minmax(5rem, 1fr)' }) => (wide ? [] : [width])).join(' ');

  const move = (to: number): void => {
    const at = Math.max(0, Math.min(sorted.length - 1, to));
    setCurrent(at);
    virtual.scrollToIndex(at);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${at}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset.row === undefined) return;
    const page = Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight);
    const steps: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: sorted.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' && sorted[current] !== undefined) onOpen?.(sorted[current]);
    else return;
    event.preventDefault();
  };

  const toggle = (key: string): void => setSort({ key, descending: sort?.key === key && !sort.descending });

  return (
    <div
      ref={table}
      className={classes.table}
      role="table"
      data-phone={hasTwoLines || undefined}
      aria-label={label}
      aria-rowcount={sorted.length + 1}
      style={{ '--columns': template, '--columns-medium': medium, '--columns-narrow': narrow } as React.CSSProperties}
    >
      <div role="rowgroup">
        <div
          role="row"
          aria-rowindex={1}
          className={`${classes.row} ${classes.head}`}
          data-told={(hasTwoLines && columns.every(({ sort: by }) => by === undefined)) || undefined}
        >
          {columns.map(({ key, title, sort: by, align, wide, phone }) => {
            const isSorted = sort?.key === key;
            return (
              <div
                role="columnheader"
                key={key}
                className={classes.cell}
                data-align={align}
                data-wide={wide}
                data-at={phone}
                aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
              >
                {by === undefined ? (
                  title
                ) : (
                  <button type="button" className={classes.sort} onClick={() => toggle(key)}>
                    {title}
                    <span aria-hidden>{isSorted ? (sort.descending ? ' ↓' : ' ↑') : ''}</span>
                  </button>
                )}
              </div>
            );
          })}
        </div>
      </div>
      {sorted.length === 0 ? (
        <div role="rowgroup">
          <div role="row">
            <div role="cell">{empty}</div>
          </div>
        </div>
      ) : (
        <div ref={scroller} className={classes.scroller} style={{ maxHeight }} role="rowgroup" onKeyDown={onKeyDown}>
          <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const row = sorted[index]!;
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: Enter is heard by the group
                <div
                  key={rowKey(row)}
                  role="row"
                  aria-rowindex={index + 2}
                  data-row={index}
                  {...(grows && { ref: virtual.measureElement, 'data-index': index, 'data-grows': true })}
                  tabIndex={index === Math.min(current, sorted.length - 1) ? 0 : -1}
                  className={classes.row}
                  data-opens={onOpen !== undefined || undefined}
                  style={{
                    position: 'absolute',
                    top: start,
                    [grows ? 'minHeight' : 'height']: rowHeight,
                    left: 0,
                    right: 0,
                  }}
                  onFocus={() => setCurrent(index)}
                  onClick={(event) => {
                    if (!(event.target as HTMLElement).closest('a, button, input')) onOpen?.(row);
                  }}
                >
                  {columns.map(({ key, title, cell, align, wide, wraps, phone }) => (
                    <div
                      role="cell"
                      key={key}
                      className={classes.cell}
                      data-align={align}
                      data-wide={wide}
                      data-wraps={wraps}
                      data-at={phone}
                      {...(hasTwoLines &&
                        title !== '' &&
                        (align === 'right' || phone === 'named') && { 'data-title': title })}
                    >
                      {cell(row)}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}

function sortBy<T>(rows: readonly T[], columns: readonly Column<T>[], sort: Order | undefined): readonly T[] {
  const by = columns.find(({ key }) => key === sort?.key)?.sort;
  if (by === undefined) return rows;
  const sign = sort?.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort((a, b) => sign * (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
    .map(({ row }) => row);
}
