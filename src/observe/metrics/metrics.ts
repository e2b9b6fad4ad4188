import type { Point, SeriesKind } from '../../model/measure/point.ts';

/**
 * What can be asked of metrics.
 *
 * Built in, for each invocation that ended, by `function`, `version`, `alias` (where it was called by one) and `trigger`
 * (the lane of the event that it delivered):
 *
 *   invocations   how many ended, refused ones not included
 *   errors        those of them that did not succeed; `errors.<reason>` one kind: exception, timed_out, out_of_memory, crashed …
 *   errorRate     share of them that did not succeed, 0 to 1
 *   throttles     how many were refused because a limit was reached
 *   refusals      how many were refused for another reason, such as a sandbox that could not be started
 *   coldStarts    how many had to start a sandbox
 *   duration, queued            distributions, in milliseconds
 *   memory        distribution of the most memory that the sandbox took, as a share of what was given, 0 to 1
 *   billed        billed GB-seconds
 *   concurrency   by `function`: most invocations at once, each ten seconds
 *   lag           by `function` and `trigger`: age of the oldest event that is due, in milliseconds, sampled
 *   events.dead   by `function` and `trigger`: how many events could not be delivered, and wait for a person or were given up
 *   events.deadNow  by `function` and `trigger`: how many of them lie there, sampled
 *
 * Of the node: `node.cpu` (cores), `node.memory` (bytes), `node.sandboxes`, `node.loop` (share of time that the event loop is busy).
 * A function's own, by the embedded metric format: `<namespace>/<name>`, by `function` and the dimensions that it names.
 *
 * Percentiles are off by at most 4.4%. A crash of the node loses at most the minute under way, an orderly end nothing. Beyond
 * a bound of versions, aliases and triggers those of a function count together, with `other` as their version; beyond a bound
 * of functions, functions do, as the function `other`.
 */
export interface Metrics {
  /** Series over time, from memory and disk. Rejects with `not_found` for a metric that nobody has (with those that are meant), `invalid_request` for a query that is wrong or too large. */
  query(query: MetricQuery): Promise<MetricSeries[]>;
  /** Several queries, each with its answer; what they have in common is read once. Rejects as `query` does. */
  queryAll(queries: readonly MetricQuery[]): Promise<MetricAnswer[]>;
  /**
   * One value over the last `windowMs` (at most 3 h), from memory alone and at once, for alerts; `undefined` where nothing was
   * measured in that time, which for counts is different from 0 only where the metric is unknown. The window is one of whole
   * slots of ten seconds, of whole minutes where it is longer than ten minutes: it never reaches back further than was asked.
   */
  recent(query: RecentQuery): number | undefined;
  /** Functions of which something was measured in a window of at most ten minutes, the first of an order; from memory and at once. */
  top(query: TopQuery): TopAnswer;
  /** What was counted since each series began, and how many calls were counted as `other`; for scrapers, which make rates of it. */
  totals(): { readonly series: SeriesTotal[]; readonly overflowed: number };
  /** Tells each ten seconds that gauges were measured. The listener must be quick. The returned function ends it. */
  watch(onMeasured: () => void): () => void;
  /** Which metrics there are, with the labels that each has been seen with. */
  list(filter?: { readonly function?: string }): MetricInfo[];
}

export const STATISTICS = ['sum', 'rate', 'average', 'minimum', 'maximum', 'p50', 'p90', 'p99', 'count'] as const;
/**
 * `rate` is the sum per second; percentiles, averages, minima and maxima are of distributions and gauges. Which ones a metric has
 * says its `MetricInfo`; `recent` gives `undefined` for others, `query` rejects.
 */
export type Statistic = (typeof STATISTICS)[number];

/** `function`, `version`, `alias`, `trigger`, `node`, or a dimension of a function's own metric. */
export type Labels = Readonly<Record<string, string>>;

export interface MetricQuery {
  readonly metric: string;
  readonly statistic: Statistic;
  /** Only what has these labels. */
  readonly labels?: Labels;
  /** One series for each value of these labels; absent: one in all. */
  readonly by?: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Width of a point; a multiple of a minute. Absent: what gives at most about 200 points. */
  readonly stepMs?: number;
}

export interface MetricSeries {
  readonly labels: Labels;
  /** In order of time; a step in which nothing was measured has no point. `timeMs` is the step's start. */
  readonly points: readonly { readonly timeMs: number; readonly value: number }[];
}

export interface MetricAnswer {
  readonly metric: string;
  readonly statistic: Statistic;
  readonly unit: string;
  /** Whole steps of UTC. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly series: readonly MetricSeries[];
  /** Series with less in them that were left out, because there are too many. */
  readonly leftOut: number;
}

export interface RecentQuery {
  readonly metric: string;
  readonly statistic: Statistic;
  readonly labels?: Labels;
  readonly windowMs: number;
}

export interface MetricInfo {
  readonly metric: string;
  readonly unit: string;
  readonly statistics: readonly Statistic[];
  /** The one that says most of it. */
  readonly usual?: Statistic;
  readonly labels: readonly string[];
}

/** Everything that was added to one series. */
export interface SeriesTotal {
  readonly kind: SeriesKind;
  /** Empty for calls, which several metrics are made of. */
  readonly metric: string;
  readonly unit: string;
  readonly labels: Labels;
  readonly point: Point;
}

/** What goes on now, for a live view. */
export interface TopQuery {
  readonly windowMs: number;
  readonly sort: TopOrder;
  /** Only functions whose names contain this, ignoring case. */
  readonly filter?: string;
  /** Only functions that this accepts. */
  readonly mayShow?: (functionName: string) => boolean;
  /** When what serves changed last, and to which versions; with it, rows with errors or throttles have `sinceChange`. */
  readonly changeOf?: (functionName: string) => ServingChange | undefined;
  readonly limit: number;
  /** Of how many functions, the first of the order, percentiles are told, which cost more than all else; of all where absent. */
  readonly percentiles?: number;
}

/** Other versions came to serve, by the function's own name or by an alias. */
export interface ServingChange {
  readonly atMs: number;
  /** Those that serve since. */
  readonly versions: ReadonlySet<number>;
}

export const TOP_ORDERS = [
  'calls',
  'errors',
  'errorRate',
  'p50',
  'p90',
  'p99',
  'queued',
  'memory',
  'coldStarts',
  'throttles',
  'billed',
  'concurrency',
  'name',
] as const;
export type TopOrder = (typeof TOP_ORDERS)[number];

/** One function in the window. */
export interface TopRow {
  readonly function: string;
  readonly invocations: number;
  readonly callsPerS: number;
  readonly errors: number;
  readonly errorsPerS: number;
  readonly errorRate: number;
  /** Milliseconds; absent where no call ended. */
  readonly p50Ms?: number;
  readonly p90Ms?: number;
  readonly p99Ms?: number;
  readonly queuedP90Ms?: number;
  /** Most memory taken, as a share of what was given; absent where it is not known. */
  readonly memoryShare?: number;
  readonly coldStarts: number;
  readonly throttles: number;
  readonly billedGbS: number;
  /** Most at once. */
  readonly concurrency: number;
  /** What the versions that serve now did since they came to; present where that was within the window, and something went wrong in it. */
  readonly sinceChange?: {
    readonly atMs: number;
    readonly invocations: number;
    readonly errors: number;
    readonly throttles: number;
  };
}

export interface TopAnswer {
  /** What is covered: less than the window that was asked for where that is not one of whole slots. */
  readonly windowMs: number;
  readonly functions: readonly TopRow[];
  /** Of how many these are. */
  readonly total: number;
  /** All of those together. */
  readonly all: TopRow;
}
