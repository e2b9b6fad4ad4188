import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { formatTime } from './format.ts';
import classes from './time-chart.module.css';
import { useHiddenLines } from './use-hidden-lines.ts';

/** One line of a chart. */
export interface Series {
  readonly label: string;
  /** One value for each of the chart's times; `null` where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** The colour of errors, in place of the next one. */
  readonly bad?: boolean;
  /** Dashed, such as what this is compared with. */
  readonly dashed?: boolean;
  /** Which of the five colours, from 1; without it, that of its place. */
  readonly color?: number;
  /** The area below it is tinted. */
  readonly filled?: boolean;
}

/** Something that happened at a time, such as a release or an alert. */
export interface Marker {
  readonly atMs: number;
  readonly label: string;
  readonly tone: 'info' | 'bad';
}

export interface TimeChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** Milliseconds since 1970, ascending. */
  readonly timesMs: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly markers?: readonly Marker[];
  readonly height?: number;
  /** The part of the time that the axis shows; without it, that of the times. */
  readonly range?: { readonly fromMs: number; readonly toMs: number };
  /** Values are whole numbers, and so is what the axis says. */
  readonly whole?: boolean;
  /** Values are bytes: what the axis says are whole KB, MB or GB. */
  readonly bytes?: boolean;
  /** The axis of values reaches up to here at least. */
  readonly top?: number;
  /** Marks are only drawn: they are listed elsewhere. */
  readonly listsMarkers?: boolean;
  /** Charts of one key show their cursors together. */
  readonly sync?: string;
  /** Called with the part of the time that was chosen, or moved to; without it the chart zooms by itself. */
  readonly onRange?: (fromMs: number, toMs: number) => void;
  /** Called for Escape and a double click, which ask for the whole. */
  readonly onWhole?: () => void;
  /** Called for a click on a point in time. */
  readonly onPick?: (atMs: number) => void;
}

/** Within it a second click makes a double one of the first, which then leads nowhere. */
const DOUBLE_CLICK_MS = 300;

export default function TimeChartCanvas(props: TimeChartProps) {
  const { label, timesMs, series, markers = [], height = 200, sync, format, range, listsMarkers = true } = props;
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const [hidden, toggle] = useHiddenLines(label);
  const [pointed, setPointed] = useState<number | null>(null);
  // What makes a chart another one; values alone are given to the one that is there.
  const shape = JSON.stringify([
    series.map(({ label: name, bad, dashed, color, filled }) => [name, bad, dashed, color, filled]),
    sync,
    height,
    scheme,
  ]);

  // It is there for the first key that is pressed in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when it is another chart
  useLayoutEffect(() => {
    const element = place.current!;
    const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = {
      stroke: color('--fob-muted'),
      grid: { stroke: color('--fob-line'), width: 1 },
      ticks: { show: false },
    };
    let pressedAt = 0;
    /** A click that may become a double one. */
    let picking: ReturnType<typeof setTimeout> | undefined;
    let moving: { x: number; min: number; max: number } | undefined;
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: {
          drag: { x: true, y: false, setScale: false },
          bind: { dblclick: () => null },
          focus: { prox: 24 },
          ...(sync !== undefined && { sync: { key: sync } }),
        },
        scales: {
          x: { range: (_chart, min, max) => rangeOf(latest.current, min, max) },
          y: { range: (_chart, _min, max) => [0, Math.max(max > 0 ? max * 1.1 : 1, latest.current.top ?? 0)] },
        },
        axes: [
          { ...axis, space: 64, size: 28, values: (_chart, ticks, _axis, _space, step) => ticks.map(tickWords(step)) },
          {
            ...axis,
            size: (_chart, words) => axisPx(words),
            space: 28,
            ...(latest.current.whole && { incrs: WHOLE_STEPS }),
            ...(latest.current.bytes && { incrs: BYTE_STEPS }),
            values: (_chart, ticks) => ticks.map((tick) => latest.current.format(tick)),
          },
        ],
        padding: [8, 22, 0, 0],
        series: [
          {},
          ...series.map(({ label: name, bad, dashed, color: own, filled }, at) => ({
            label: name,
            stroke: color(lineColor(at, bad, own)),
            ...(filled && { fill: `${color(lineColor(at, bad, own))}26` }),
            width: 1.75,
            spanGaps: false,
            points: { size: 5, filter: alone },
            ...(dashed && { dash: [5, 4] }),
          })),
        ],
        hooks: {
          setCursor: [(drawn) => setPointed(drawn.cursor.idx ?? null)],
          draw: [(drawn) => drawMarkers(drawn, latest.current.markers ?? [], color)],
          setSelect: [
            (chosen) => {
              const { left, width } = chosen.select;
              if (width < 4) return;
              const fromMs = chosen.posToVal(left, 'x') * 1_000;
              const toMs = chosen.posToVal(left + width, 'x') * 1_000;
              if (latest.current.onRange) latest.current.onRange(fromMs, toMs);
              else chosen.setScale('x', { min: fromMs / 1_000, max: toMs / 1_000 });
              chosen.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      dataOf(latest.current),
      element,
    );
    plot.current = chart;
    const over = chart.over;
    const onDown = (event: MouseEvent) => {
      pressedAt = event.clientX;
      const { min, max } = chart.scales.x ?? {};
      if (!event.shiftKey || min == null || max == null) return;
      // Moves, in place of choosing a part.
      event.stopImmediatePropagation();
      event.preventDefault();
      moving = { x: event.clientX, min, max };
    };
    const movedBy = (event: MouseEvent): number =>
      moving === undefined ? 0 : ((moving.x - event.clientX) / over.clientWidth) * (moving.max - moving.min);
    const onMove = (event: MouseEvent) => {
      if (moving === undefined) return;
      const by = movedBy(event);
      chart.setScale('x', { min: moving.min + by, max: moving.max + by });
    };
    const onUpAnywhere = (event: MouseEvent) => {
      if (moving === undefined) return;
      const { min, max } = moving;
      const by = movedBy(event);
      moving = undefined;
      if (by !== 0) latest.current.onRange?.((min + by) * 1_000, (max + by) * 1_000);
    };
    const onDouble = () => {
      clearTimeout(picking);
      if (latest.current.onWhole) latest.current.onWhole();
      else chart.setData(dataOf(latest.current), true);
    };
    const onUp = (event: MouseEvent) => {
      if (moving !== undefined) return;
      const { left } = chart.cursor;
      clearTimeout(picking);
      if (event.detail > 1 || Math.abs(event.clientX - pressedAt) >= 3 || left === undefined || left < 0) return;
      const atMs = chart.posToVal(left, 'x') * 1_000;
      picking = setTimeout(() => latest.current.onPick?.(atMs), DOUBLE_CLICK_MS);
    };
    over.addEventListener('mousedown', onDown, true);
    over.addEventListener('mouseup', onUp);
    over.addEventListener('dblclick', onDouble);
    window.addEventListener('mousemove', onMove);
    window.addEventListener('mouseup', onUpAnywhere);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      clearTimeout(picking);
      observer.disconnect();
      window.removeEventListener('mousemove', onMove);
      window.removeEventListener('mouseup', onUpAnywhere);
      chart.destroy();
    };
  }, [shape]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another range of the same values moves the axis
  useEffect(() => {
    plot.current?.setData(dataOf({ timesMs, series }), true);
  }, [timesMs, series, range?.fromMs, range?.toMs]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another chart shows all lines at first
  useEffect(() => {
    for (const [at, { label: name }] of series.entries()) plot.current?.setSeries(at + 1, { show: !hidden.has(name) });
  }, [hidden, series, shape]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const chart = plot.current;
    const { min, max } = chart?.scales.x ?? {};
    if (chart === undefined || min == null || max == null) return;
    const span = max - min;
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [min - span / 5, max - span / 5],
      ArrowRight: [min + span / 5, max + span / 5],
      '+': [min + span / 4, max - span / 4],
      '-': [min - span / 2, max + span / 2],
      Escape: [(timesMs[0] ?? 0) / 1_000, (timesMs.at(-1) ?? 0) / 1_000],
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (event.key === 'Escape' && props.onWhole) props.onWhole();
    else if (props.onRange) props.onRange(to[0] * 1_000, to[1] * 1_000);
    else chart.setScale('x', { min: to[0], max: to[1] });
  };

  return (
    <figure className={classes.figure}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move and zoom it */}
      <div ref={place} role="img" aria-label={summaryOf(label, series, format)} tabIndex={0} onKeyDown={onKeyDown} />
      <figcaption className={classes.legend}>
        {series.map(({ label: name, bad, dashed, color, values }, at) => (
          <button
            type="button"
            key={name}
            className={classes.entry}
            aria-pressed={!hidden.has(name)}
            onClick={() => toggle(name)}
          >
            <span
              className={classes.swatch}
              style={{ borderTop: `3px ${dashed ? 'dashed' : 'solid'} var(${lineColor(at, bad, color)})` }}
            />
            {name}
            <b className={classes.value}>{wordsFor(pointed === null ? latestOf(values) : values[pointed], format)}</b>
          </button>
        ))}
        {pointed !== null && timesMs[pointed] !== undefined && (
          <span className={classes.pointed}>{formatTime(new Date(timesMs[pointed]))}</span>
        )}
        {(listsMarkers ? markers : []).map((marker) => (
          <span key={`${marker.atMs}${marker.label}`} className={classes.marker} data-tone={marker.tone}>
            {marker.tone === 'bad' ? '▲' : '◆'} {marker.label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

const DAY_S = 86_400;
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((digit) => Array.from({ length: 12 }, (_, power) => digit * 10 ** power))
  .sort((one, other) => one - other);
const BYTE_STEPS = Array.from({ length: 45 }, (_, power) => 2 ** power);
/** Of the axis' letters, and what stands beside them. */
const LETTER_PX = 7.2;
const AXIS_GAP_PX = 12;
const MIN_AXIS_PX = 58;

/** As wide as what an axis says. */
function axisPx(words: readonly string[] | null): number {
  const longest = Math.max(0, ...(words ?? []).map((each) => String(each).length));
  return Math.max(MIN_AXIS_PX, longest * LETTER_PX + AXIS_GAP_PX);
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const exactClock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** A place on the axis of time in words: the day where another one begins. */
function tickWords(stepS: number): (tick: number) => string {
  return (tick) => {
    const when = new Date(tick * 1_000);
    if (stepS >= DAY_S || (when.getHours() === 0 && when.getMinutes() === 0 && stepS >= 60)) return day.format(when);
    return stepS < 60 ? exactClock.format(when) : clock.format(when);
  };
}

function latestOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

function dataOf({ timesMs, series }: Pick<TimeChartProps, 'timesMs' | 'series'>): uPlot.AlignedData {
  return [timesMs.map((ms) => ms / 1_000), ...series.map(({ values }) => [...values])];
}

function lineColor(at: number, bad = false, own = at + 1): string {
  return bad ? '--fob-chart-bad' : `--fob-chart-${((own - 1) % 5) + 1}`;
}

/** What the axis of time shows, in seconds: what was asked for, unless it is just being moved. */
function rangeOf({ range, timesMs }: TimeChartProps, min: number | null, max: number | null): [number, number] {
  const [first = 0, last = 1] = [timesMs[0], timesMs.at(-1)];
  // Of a single time the chart makes years of its own accord.
  const isOfData =
    min === null || max === null || (min === first / 1_000 && (max === last / 1_000 || timesMs.length === 1));
  if (isOfData) return [(range?.fromMs ?? first) / 1_000, (range?.toMs ?? last) / 1_000];
  return [min, max];
}

function wordsFor(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}

/** The newest and the largest value of each line, in words. */
function summaryOf(label: string, series: readonly Series[], format: (value: number) => string): string {
  const lines = series.map(({ label: name, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${name}: nothing measured`;
    return `${name}: ${format(known.at(-1)!)} now, ${format(Math.max(...known))} at most`;
  });
  return `${label}. ${lines.join('. ')}`;
}

function drawMarkers(chart: uPlot, markers: readonly Marker[], color: (name: string) => string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  for (const { atMs, tone } of markers) {
    const x = chart.valToPos(atMs / 1_000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = color(tone === 'bad' ? '--fob-chart-bad' : '--fob-info');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** Values with none on either side: no line leads to them, so that they are drawn as points however dense the chart is. */
function alone(drawn: uPlot, at: number, showsAll: boolean): number[] | null {
  if (showsAll) return null;
  const values = drawn.data[at]!;
  const [first, last] = drawn.series[at]!.idxs ?? [0, values.length - 1];
  const found: number[] = [];
  for (let index = first; index <= last; index++) {
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) found.push(index);
  }
  return found.length === 0 ? null : found;
}
