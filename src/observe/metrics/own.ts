import type { LogRecord } from '../../store/journal.ts';
import { mayEmbed, readEmbedded } from './embedded-format.ts';
import type { Labels } from './metrics.ts';
import type { Observer } from './observer.ts';
import { labelKey, OTHER, type SeriesSet } from './series-set.ts';
import { MINUTES_KEPT_MS } from './slots.ts';

/** What one function may have of its own in three hours. */
export const MAX_OWN_METRICS = 100;
export const MAX_OWN_SERIES = 500;

interface OwnOfFunction {
  readonly metrics: Set<string>;
  readonly series: Set<string>;
  /** Names of dimensions that some series of a metric has: others are not made up for what is too many. */
  readonly dimensionNames: Set<string>;
  fromMs: number;
  told: boolean;
}

interface OwnOptions {
  readonly set: SeriesSet;
  readonly observer: Observer;
  readonly now: () => number;
  /** A function has more metrics, or more values of dimensions, than are told apart; called once in three hours. */
  readonly onTooMany: (line: LogRecord, what: string) => void;
}

/** Takes the metrics that functions embed in what they print. */
export class OwnMetrics {
  private readonly options: OwnOptions;
  private readonly functions = new Map<string, OwnOfFunction>();

  constructor(options: OwnOptions) {
    this.options = options;
  }

  /** A line was printed; called for each, so it is quick about those that embed nothing. */
  printed(line: LogRecord): void {
    if (!mayEmbed(line.text) || line.stream === 'platform') return;
    const found = readEmbedded(line.text);
    if (found === undefined || found.length === 0) return;
    const own = this.of(line.function);
    for (const { metric, unit, dimensions, values } of found) {
      const labels = this.within(own, line, metric, dimensions);
      if (labels === undefined) continue;
      for (const value of values) this.options.observer.measure(metric, labels, unit, value);
    }
  }

  /** The labels to count it under; `undefined`: it is not counted. */
  private within(own: OwnOfFunction, line: LogRecord, metric: string, dimensions: Labels): Labels | undefined {
    if (!own.metrics.has(metric)) {
      if (own.metrics.size >= MAX_OWN_METRICS || this.options.set.isFull) {
        this.tell(own, line, `more than ${MAX_OWN_METRICS} metrics: '${metric}' and other new ones are not counted`);
        return undefined;
      }
      own.metrics.add(metric);
    }
    const labels = { ...dimensions, function: line.function };
    const key = `${metric}\n${labelKey(labels)}`;
    if (own.series.has(key)) return labels;
    if (own.series.size < MAX_OWN_SERIES && !this.options.set.isFull) {
      own.series.add(key);
      own.dimensionNames.add(namesKey(metric, dimensions));
      return labels;
    }
    const what = `more than ${MAX_OWN_SERIES} combinations of dimensions: new ones of '${metric}' count together as '${OTHER}', and not at all where their names are new, too`;
    this.tell(own, line, what);
    if (!own.dimensionNames.has(namesKey(metric, dimensions))) return undefined;
    return { ...Object.fromEntries(Object.keys(dimensions).map((name) => [name, OTHER])), function: line.function };
  }

  private tell(own: OwnOfFunction, line: LogRecord, what: string): void {
    if (own.told) return;
    own.told = true;
    this.options.onTooMany(line, what);
  }

  private of(name: string): OwnOfFunction {
    const nowMs = this.options.now();
    const known = this.functions.get(name);
    if (known !== undefined && Math.abs(nowMs - known.fromMs) < MINUTES_KEPT_MS) return known;
    for (const [each, { fromMs }] of this.functions)
      if (Math.abs(nowMs - fromMs) >= MINUTES_KEPT_MS) this.functions.delete(each);
    const own = {
      metrics: new Set<string>(),
      series: new Set<string>(),
      dimensionNames: new Set<string>(),
      fromMs: nowMs,
      told: false,
    };
    this.functions.set(name, own);
    return own;
  }
}

function namesKey(metric: string, dimensions: Labels): string {
  return JSON.stringify([metric, ...Object.keys(dimensions).sort()]);
}
