import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import classes from './time-chart.module.css';

/** One line of a chart. */
export interface Series {
  readonly label: string;
  /** One value for each of the chart's times; `null` where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** The colour of errors, in place of the next one. */
  readonly bad?: boolean;
  /** Dashed, such as what this is compared with. */
  readonly dashed?: boolean;
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
  /** Charts of one key show their cursors together. */
  readonly sync?: string;
  /** Called with the part of the time that was chosen; without it the chart zooms by itself. */
  readonly onRange?: (fromMs: number, toMs: number) => void;
  /** Called for a click on a point in time. */
  readonly onPick?: (atMs: number) => void;
}

export default function TimeChartCanvas(props: TimeChartProps) {
  const { label, timesMs, series, markers = [], height = 200, sync, format } = props;
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  // What makes a chart another one; values alone are given to the one that is there.
  const shape = JSON.stringify([
    series.map(({ label: name, bad, dashed }) => [name, bad, dashed]),
    sync,
    height,
    scheme,
  ]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when it is another chart
  useEffect(() => {
    const element = place.current!;
    const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = {
      stroke: color('--fob-muted'),
      grid: { stroke: color('--fob-line'), width: 1 },
      ticks: { show: false },
    };
    let pressedAt = 0;
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: {
          drag: { x: true, y: false, setScale: false },
          focus: { prox: 24 },
          ...(sync !== undefined && { sync: { key: sync } }),
        },
        scales: { y: { range: (_chart, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
        axes: [
          { ...axis, space: 70 },
          { ...axis, size: 58, values: (_chart, ticks) => ticks.map((tick) => latest.current.format(tick)) },
        ],
        series: [
          {},
          ...series.map(({ label: name, bad, dashed }, at) => ({
            label: name,
            stroke: color(lineColor(at, bad)),
            width: 1.75,
            spanGaps: false,
            points: { size: 5 },
            ...(dashed && { dash: [5, 4] }),
          })),
        ],
        hooks: {
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
    };
    const onUp = (event: MouseEvent) => {
      const { left } = chart.cursor;
      if (Math.abs(event.clientX - pressedAt) < 3 && left !== undefined && left >= 0) {
        latest.current.onPick?.(chart.posToVal(left, 'x') * 1_000);
      }
    };
    over.addEventListener('mousedown', onDown);
    over.addEventListener('mouseup', onUp);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(dataOf({ timesMs, series }), true);
  }, [timesMs, series]);

  useEffect(() => {
    for (const [at, { label: name }] of series.entries()) plot.current?.setSeries(at + 1, { show: !hidden.has(name) });
  }, [hidden, series]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const chart = plot.current;
    const { min, max } = chart?.scales.x ?? {};
    if (chart === undefined || min == null || max == null) return;
    const span = max - min;
    const to: Record<string, [number, number]> = {
      ArrowLeft: [min - span / 5, max - span / 5],
      ArrowRight: [min + span / 5, max + span / 5],
      '+': [min + span / 4, max - span / 4],
      '-': [min - span / 2, max + span / 2],
      Escape: [(timesMs[0] ?? 0) / 1_000, (timesMs.at(-1) ?? 0) / 1_000],
    };
    const range = to[event.key];
    if (range === undefined) return;
    event.preventDefault();
    chart.setScale('x', { min: range[0], max: range[1] });
  };

  return (
    <figure className={classes.figure}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move and zoom it */}
      <div ref={place} role="img" aria-label={summaryOf(label, series, format)} tabIndex={0} onKeyDown={onKeyDown} />
      <figcaption className={classes.legend}>
        {series.map(({ label: name, bad, dashed }, at) => (
          <button
            type="button"
            key={name}
            className={classes.entry}
            aria-pressed={!hidden.has(name)}
            onClick={() => setHidden(toggled(hidden, name))}
          >
            <span
              className={classes.swatch}
              style={{ borderTop: `3px ${dashed ? 'dashed' : 'solid'} var(${lineColor(at, bad)})` }}
            />
            {name}
          </button>
        ))}
        {markers.map((marker) => (
          <span key={`${marker.atMs}${marker.label}`} className={classes.marker} data-tone={marker.tone}>
            {marker.tone === 'bad' ? '▲' : '◆'} {marker.label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function dataOf({ timesMs, series }: Pick<TimeChartProps, 'timesMs' | 'series'>): uPlot.AlignedData {
  return [timesMs.map((ms) => ms / 1_000), ...series.map(({ values }) => [...values])];
}

function lineColor(at: number, bad = false): string {
  return bad ? '--fob-chart-bad' : `--fob-chart-${(at % 5) + 1}`;
}

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(names);
  if (!next.delete(name)) next.add(name);
  return next;
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
