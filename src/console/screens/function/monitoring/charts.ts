import { formatCount, formatDuration, formatShare } from '../../../ui/format.ts';
import type { Series } from '../../../ui/time-chart.tsx';
import type { Measures } from './measures.ts';

/** One chart: its lines by the names of their measures, and what it says in a word. */
export interface ChartKind {
  readonly title: string;
  /** What its numbers mean, where the title does not say all of it. */
  readonly hint?: string;
  readonly format: (value: number) => string;
  readonly lines: readonly { readonly measure: string; readonly label: string; readonly bad?: boolean }[];
  /** What the whole time comes to. */
  readonly sum: (measures: Measures) => string;
  /** Which calls a click on a point shows. */
  readonly opens?: Readonly<Record<string, string>>;
  readonly top?: number;
  /** Its numbers are counts. */
  readonly whole?: boolean;
}

export const CHARTS: readonly ChartKind[] = [
  {
    title: 'Invocations',
    format: formatCount,
    whole: true,
    lines: [
      { measure: 'invocations', label: 'invocations' },
      { measure: 'errors', label: 'errors', bad: true },
    ],
    sum: (measures) => formatCount(totalOf(measures, 'invocations')),
  },
  {
    title: 'Errors',
    hint: 'share of invocations',
    format: formatShare,
    lines: [{ measure: 'errorRate', label: 'of invocations failed', bad: true }],
    sum: (measures) => {
      const calls = totalOf(measures, 'invocations');
      return calls === 0 ? '–' : formatShare(totalOf(measures, 'errors') / calls);
    },
    opens: { status: 'any failure' },
    top: 0.05,
  },
  {
    title: 'Duration',
    format: formatDuration,
    lines: [
      { measure: 'duration:p50', label: 'p50' },
      { measure: 'duration:p90', label: 'p90' },
      { measure: 'duration:p99', label: 'p99' },
    ],
    hint: 'percentiles, in the function itself',
    sum: (measures) => most(measures, 'duration:p99', formatDuration),
  },
  {
    title: 'Cold starts',
    format: formatCount,
    whole: true,
    lines: [{ measure: 'coldStarts', label: 'cold starts' }],
    sum: (measures) => formatCount(totalOf(measures, 'coldStarts')),
    opens: { cold: '1' },
  },
  {
    title: 'Concurrency',
    hint: 'most invocations at once, of all versions',
    format: formatCount,
    whole: true,
    lines: [{ measure: 'concurrency:maximum', label: 'at once' }],
    sum: (measures) => most(measures, 'concurrency:maximum', formatCount),
  },
  {
    title: 'Memory',
    hint: 'share of what it is given',
    format: formatShare,
    lines: [
      { measure: 'memory:p50', label: 'p50' },
      { measure: 'memory:maximum', label: 'most' },
    ],
    sum: (measures) => most(measures, 'memory:maximum', formatShare),
    top: 1,
  },
  {
    title: 'Waiting',
    hint: 'before a sandbox took the invocation',
    format: formatDuration,
    lines: [{ measure: 'queued:p90', label: 'p90' }],
    sum: (measures) => most(measures, 'queued:p90', formatDuration),
  },
  {
    title: 'Throttled',
    hint: 'invocations that were turned away',
    format: formatCount,
    whole: true,
    lines: [{ measure: 'throttles', label: 'throttled', bad: true }],
    sum: (measures) => formatCount(totalOf(measures, 'throttles')),
    opens: { status: 'rejected' },
  },
];

/** The lines of a chart, and dashed beside each what it is compared with. */
export function seriesOf(
  kind: ChartKind,
  measures: Measures,
  compared: Measures | undefined,
  comparedLabel: string,
): Series[] {
  const series: Series[] = kind.lines.map(({ measure, label, bad }, at) => ({
    label,
    values: valuesOf(measures, measure),
    color: at + 1,
    ...(bad && { bad }),
    ...(at === 0 && kind.lines.length < 3 && { filled: true }),
  }));
  if (compared === undefined) return series;
  const others = kind.lines.flatMap(({ measure, label, bad }, at): Series[] =>
    compared.values.has(measure)
      ? [
          {
            label: `${label}, ${comparedLabel}`,
            values: valuesOf(compared, measure),
            color: at + 1,
            dashed: true,
            ...(bad && { bad }),
          },
        ]
      : [],
  );
  return [...series, ...others];
}

function valuesOf({ values, timesMs }: Measures, measure: string): readonly (number | null)[] {
  return values.get(measure) ?? timesMs.map(() => null);
}

function totalOf(measures: Measures, measure: string): number {
  return valuesOf(measures, measure).reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function most(measures: Measures, measure: string, format: (value: number) => string): string {
  const known = valuesOf(measures, measure).filter((value) => value !== null);
  return known.length === 0 ? '–' : format(Math.max(...known));
}
