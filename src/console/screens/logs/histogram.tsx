import { type KeyboardEvent, type MouseEvent, useEffect, useState } from 'react';
import { useApi } from '../../api/hooks.ts';
import { renewLogCounts } from '../../api/live-renewal.ts';
import { countText, formatCount, formatTime } from '../../ui/format.ts';
import type { TimeRange } from '../../ui/range.ts';
import classes from './histogram.module.css';
import { LEVELS, type Level, type LogQuery } from './query.ts';
import type { LogSource } from './source.ts';

const PARTS = 60;
/** The gravest stands at the foot of a bar, where its height is read best. */
const STACK: readonly {
  readonly key: string;
  readonly levels: readonly Level[];
  readonly words: (lines: number) => string;
}[] = [
  { key: 'bad', levels: ['error', 'fatal'], words: (lines) => countText(lines, 'error') },
  { key: 'notice', levels: ['warn'], words: (lines) => countText(lines, 'warning') },
  { key: 'plain', levels: ['info'], words: (lines) => `${formatCount(lines)} info` },
  { key: 'quiet', levels: ['debug', 'trace'], words: (lines) => `${formatCount(lines)} debug` },
];

interface HistogramProps {
  readonly query: LogQuery;
  readonly isLive: boolean;
  /** What its lines are of, once there is something. */
  readonly source: LogSource | undefined;
  readonly onRange: (range: TimeRange) => void;
}

interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lines: Partial<Record<Level, number>>;
}

/** How many lines there are over the time that is shown, by level; a bar is zoomed into by a click, or by arrow keys and Enter. */
export function Histogram({ query: { tail, from, to }, isLive, source, onRange }: HistogramProps) {
  const counts = useApi(
    '/v1/logs/counts',
    {
      query: {
        ...tail,
        platform: 'failures',
        parts: PARTS,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      },
    },
    { keepPrevious: true },
  );
  useEffect(() => {
    if (isLive) return source?.lines.subscribe(() => renewLogCounts([]));
  }, [isLive, source]);
  const [current, setCurrent] = useState<number>();
  // Whoever may not, or of too much at once, still sees the lines.
  if (counts.error !== null) return null;
  if (counts.data === undefined) return <div className={classes.histogram} data-waiting />;
  const { fromMs, partMs, parts, countedFromMs } = counts.data;
  const bars: Bar[] = Array.from({ length: PARTS }, (_, at) => ({
    fromMs: fromMs + at * partMs,
    toMs: fromMs + (at + 1) * partMs,
    lines: {},
  }));
  for (const { atMs, lines } of parts) {
    const at = Math.min(PARTS - 1, Math.round((atMs - fromMs) / partMs));
    bars[at] = { ...bars[at]!, lines };
  }
  const highest = Math.max(1, ...bars.map(({ lines }) => sumOf(lines, LEVELS)));
  const place = current ?? PARTS - 1;
  const zoom = (at: number) => {
    const { fromMs: begin, toMs: end } = bars[at]!;
    // The API counts by the millisecond, and a part of less cannot be looked at.
    if (end - begin >= 2) onRange({ from: new Date(begin).toISOString(), to: new Date(Math.ceil(end)).toISOString() });
  };
  const partAt = (event: MouseEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(PARTS - 1, Math.floor(((event.clientX - left) / width) * PARTS)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: PARTS - 1 };
    const to = steps[event.key];
    if (to !== undefined) setCurrent(Math.max(0, Math.min(PARTS - 1, to)));
    else if (event.key === 'Enter') zoom(place);
    else return;
    event.preventDefault();
  };
  return (
    <div className={classes.histogram}>
      <div
        className={classes.bars}
        role="slider"
        tabIndex={0}
        aria-label="Lines over time: Enter shows one part of it"
        aria-valuemin={0}
        aria-valuemax={PARTS - 1}
        aria-valuenow={place}
        aria-valuetext={wordsOf(bars[place]!)}
        onKeyDown={onKeyDown}
        onMouseMove={(event) => setCurrent(partAt(event))}
        onMouseLeave={() => setCurrent(undefined)}
        onBlur={() => setCurrent(undefined)}
        onClick={(event) => zoom(partAt(event))}
      >
        {bars.map((bar, at) => (
          <span
            key={bar.fromMs}
            className={classes.bar}
            data-current={at === current || undefined}
            data-unknown={(countedFromMs !== undefined && bar.fromMs < countedFromMs) || undefined}
          >
            {STACK.map(({ key, levels }) => {
              const lines = sumOf(bar.lines, levels);
              // However few there are of what is grave, it is seen.
              return (
                lines > 0 && (
                  <i key={key} data-level={key} style={{ height: `${Math.max(4, (lines / highest) * 100)}%` }} />
                )
              );
            })}
          </span>
        ))}
      </div>
      <p className={classes.words}>
        {current === undefined ? <Totals bars={bars} isPart={countedFromMs !== undefined} /> : wordsOf(bars[current]!)}
      </p>
    </div>
  );
}

function Totals({ bars, isPart }: { readonly bars: readonly Bar[]; readonly isPart: boolean }) {
  const totals = STACK.map(({ key, levels, words }) => ({
    key,
    words,
    lines: bars.reduce((sum, { lines }) => sum + sumOf(lines, levels), 0),
  })).filter(({ lines }) => lines > 0);
  if (totals.length === 0) return <span>No lines</span>;
  return (
    <>
      {totals.map(({ key, words, lines }) => (
        <span key={key}>
          <i data-level={key} aria-hidden /> {words(lines)}
        </span>
      ))}
      {isPart && <span>There is more before: it is too much to be counted at once</span>}
    </>
  );
}

function wordsOf({ fromMs, toMs, lines }: Bar): string {
  const graver = STACK.slice(0, 2).flatMap(({ levels, words }) => {
    const count = sumOf(lines, levels);
    return count === 0 ? [] : [words(count)];
  });
  const time = `${formatTime(new Date(fromMs))} – ${formatTime(new Date(toMs))}`;
  return [time, countText(sumOf(lines, LEVELS), 'line'), ...graver].join(' · ');
}

function sumOf(lines: Bar['lines'], levels: readonly Level[]): number {
  return levels.reduce((sum, level) => sum + (lines[level] ?? 0), 0);
}
