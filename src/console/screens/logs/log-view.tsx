import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { messageOf } from '../../api/problem.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { formatCount, formatTime } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SinceFirst } from '../../ui/since-first.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Histogram } from './histogram.tsx';
import { LineDetail } from './line-detail.tsx';
import { LineList } from './line-list.tsx';
import { isGap, type LogLine } from './lines.ts';
import classes from './log-view.module.css';
import { NoLines } from './no-lines.tsx';
import { commandOf, type LogScope, lineWord, useLogFilters } from './query.ts';
import type { LogSource, SourceState } from './source.ts';
import { useLogSource } from './use-log-source.ts';

type View = ReturnType<typeof useLogFilters>;

interface LogViewProps {
  readonly scope?: LogScope;
  readonly label?: string;
  readonly height?: string;
  /** Further filters, at the left of the others. */
  readonly children?: (view: View) => ReactNode;
}

const EVERYTHING: LogScope = {};
/** How far back one looks first, at most: the newest lines come first, so that a long time costs nothing. */
const LONGEST = '24h';
/** Of a line that is not there yet. */
const ROW_PX = 14;
const HEIGHT = 'max(20rem, calc(100vh - 26rem))';

/** Lines of logs with their filters: of the past and as they are printed; where the URL says no time, since there are any. */
export function LogView(props: LogViewProps) {
  const { function: name, invocation } = props.scope ?? EVERYTHING;
  // One invocation is shown whole, whenever it was.
  if (invocation !== undefined) return <Lines {...props} usual="" />;
  return (
    <SinceFirst longest={LONGEST} name={name} rowHeight={ROW_PX}>
      {(usual) => <Lines {...props} usual={usual} />}
    </SinceFirst>
  );
}

function Lines({
  scope = EVERYTHING,
  label = 'Log lines',
  height = HEIGHT,
  usual,
  children,
}: LogViewProps & { readonly usual: string }) {
  const view = useLogFilters(scope, usual);
  const { filters, query } = view;
  const isOfOne = query.tail.invocation !== undefined || query.trace !== undefined;
  const source = useLogSource(query, filters.live);
  return (
    <>
      <Panel flush>
        <div className={classes.view} style={{ '--list-height': height } as React.CSSProperties}>
          <FilterBar view={view} isOfOne={isOfOne} {...(source && { source })}>
            {children?.(view)}
          </FilterBar>
          {!isOfOne && <Histogram query={query} isLive={filters.live} source={source} onRange={view.setRange} />}
          {source === undefined ? (
            <Loading rows={10} rowHeight={ROW_PX} />
          ) : (
            <Body
              key={source.id}
              source={source}
              view={view}
              isOfOne={isOfOne}
              label={label}
              height={height}
              showsFunction={scope.function === undefined && scope.invocation === undefined}
            />
          )}
        </div>
      </Panel>
      <CommandLine words={commandOf(query, filters.live)} />
    </>
  );
}

interface BodyProps {
  readonly source: LogSource;
  readonly view: View;
  readonly isOfOne: boolean;
  readonly label: string;
  readonly height: string;
  readonly showsFunction: boolean;
}

/** The lines of one source, and the one that was chosen. */
function Body({ source, view, isOfOne, label, height, showsFunction }: BodyProps) {
  const { filters, change } = view;
  const setLine = useLatest(view.setLine);
  /** The line that was opened last: it is not opened again by the URL that says so. */
  const last = useRef<string>(undefined);
  const state = useSyncExternalStore(source.subscribe, () => source.state);
  const [current, setCurrent] = useState<number>();
  const [opened, setOpened] = useState<LogLine>();
  const [startsAt, setStartsAt] = useState<number>();
  const place = useRef<HTMLDivElement>(null);
  const open = useCallback(
    (number: number) => {
      setCurrent(number);
      const entry = source.lines.at(number - source.lines.first);
      if (entry === undefined || isGap(entry)) return;
      setOpened(entry);
      last.current = lineWord(entry);
      setLine.current(last.current);
    },
    [source, setLine],
  );
  const { line } = filters;
  const isReady = state.phase === 'ready';
  // A link to one line opens it, once.
  useLayoutEffect(() => {
    if (!isReady || line === undefined || line === last.current) return;
    const place = source.lines.placeOf(line);
    if (place === undefined) {
      // It stands before what was read first.
      const isOver = state.isAll || state.isLoadingOlder || source.lines.isFull;
      if (!isOver && state.error === undefined) void source.readOlder();
      return;
    }
    setStartsAt(place);
    open(source.lines.first + place);
  }, [isReady, state, line, source, open]);
  const onBegin = useCallback(() => {
    if (source.state.searched === undefined) void source.readOlder();
  }, [source]);
  const close = (): void => {
    setOpened(undefined);
    view.setLine(undefined);
    place.current?.querySelector<HTMLElement>('[role="listbox"]')?.focus({ preventScroll: true });
  };
  if (state.phase === 'failed')
    return <ErrorState error={state.error} what="The log" onRetry={() => source.retry(filters.live)} />;
  if (state.phase === 'loading') return <Loading rows={10} rowHeight={ROW_PX} />;
  return (
    <>
      <Top source={source} state={state} />
      <div className={classes.body} data-open={opened !== undefined || undefined} ref={place}>
        <Shown source={source} empty={<NoLines view={view} isOfOne={isOfOne} />}>
          <LineList
            key={startsAt}
            startsAt={startsAt}
            label={label}
            lines={source.lines}
            current={current}
            onCurrent={setCurrent}
            onOpen={open}
            find={filters.text}
            showsFunction={showsFunction}
            isLive={filters.live}
            onBegin={onBegin}
            height={height}
          />
        </Shown>
        {opened !== undefined && (
          <div className={classes.detail}>
            <LineDetail
              line={opened}
              find={filters.text}
              onClose={close}
              onWhere={(condition) => change({ where: [...new Set([...filters.where, condition])] })}
              onOnly={change}
            />
          </div>
        )}
      </div>
    </>
  );
}

function Shown({ source, empty, children }: { source: LogSource; empty: ReactNode; children: ReactNode }) {
  const isEmpty = useSyncExternalStore(source.lines.subscribe, () => source.lines.length === 0);
  return isEmpty ? empty : children;
}

function useLatest<T>(value: T) {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}

/** How many lines are shown, and what is not. */
function Top({ source, state }: { readonly source: LogSource; readonly state: SourceState }) {
  const { lines } = source;
  useSyncExternalStore(lines.subscribe, () => lines.revision);
  const oldest = lines.at(0);
  const words = [`${formatCount(lines.length)} ${lines.length === 1 ? 'line' : 'lines'}`];
  if (oldest !== undefined && !isGap(oldest)) words.push(`since ${formatTime(new Date(oldest.timeMs))}`);
  if (lines.letGo > 0) words.push(`${formatCount(lines.letGo)} older ones let go, to be read again by their time`);
  if (state.leftOut > 0) words.push(`${state.leftOut.toLocaleString('en-GB')} left out because they came too fast`);
  return (
    <div className={classes.top}>
      <span>{words.join(' · ')}</span>
      <span role="status">
        {state.tail === 'reconnecting' && 'The connection is lost; trying again …'}
        {state.isLoadingOlder && 'Reading older lines …'}
        {lines.isFull && !state.isAll && 'Older lines: choose an earlier time'}
        {!state.isLoadingOlder && state.isAll && lines.length > 0 && 'All of this time is shown'}
      </span>
      {state.searched !== undefined && (
        <Button size="compact-xs" variant="light" onClick={() => void source.readOlder()}>
          {`${formatCount(state.searched.lines)} lines searched${
            state.searched.fromMs === undefined ? '' : `, back to ${formatTime(new Date(state.searched.fromMs))}`
          }: go on`}
        </Button>
      )}
      {state.error !== undefined && !state.isLoadingOlder && (
        <Button
          size="compact-xs"
          variant="light"
          title={messageOf(state.error)}
          onClick={() => void source.readOlder()}
        >
          Older lines could not be read: try again
        </Button>
      )}
    </div>
  );
}
