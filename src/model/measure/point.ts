import { DISTRIBUTION_NUMBERS, Distribution } from './distribution.ts';

/** Why an invocation can have failed: a `FailureReason`, or the status of one that did not just fail. Grows only at its end. */
export const ERROR_KINDS = [
  'exception',
  'bad_parameters',
  'bad_result',
  'result_too_large',
  'load_failed',
  'not_granted',
  'timed_out',
  'out_of_memory',
  'crashed',
  'cancelled',
] as const;

/** What is counted of calls. The place is what is stored: these lists grow only at their ends. */
export const COUNTERS = [
  'invocations',
  'throttles',
  /** Refused for another reason than a limit. */
  'refusals',
  'coldStarts',
  /** MB × ms. */
  'billed',
  ...ERROR_KINDS,
] as const;
export const DISTRIBUTIONS = ['duration', 'queued', 'memory'] as const;

export const FIRST_ERROR = COUNTERS.length - ERROR_KINDS.length;

/** `calls`: all that is counted and measured of calls. `value`: one distribution, of a gauge or of a function's own metric. */
const SERIES_KINDS = ['calls', 'value'] as const;
export type SeriesKind = (typeof SERIES_KINDS)[number];

/** What was measured of one thing in one span of time. Any two of a kind can be added, in any order. */
export class Point {
  readonly kind: SeriesKind;
  readonly counters: Float64Array;
  readonly distributions: readonly Distribution[];

  constructor(kind: SeriesKind) {
    this.kind = kind;
    const counters = kind === 'calls' ? COUNTERS.length : 0;
    const distributions = kind === 'calls' ? DISTRIBUTIONS.length : 1;
    const numbers = new Float64Array(counters + distributions * DISTRIBUTION_NUMBERS);
    this.counters = numbers.subarray(0, counters);
    this.distributions = Array.from(
      { length: distributions },
      (_, at) => new Distribution(numbers, counters + at * DISTRIBUTION_NUMBERS),
    );
  }

  addAll(other: Point): void {
    for (let at = 0; at < this.counters.length; at++) this.counters[at]! += other.counters[at]!;
    for (let at = 0; at < this.distributions.length; at++) this.distributions[at]!.addAll(other.distributions[at]!);
  }

  clear(): void {
    this.counters.fill(0);
    for (const distribution of this.distributions) distribution.clear();
  }
}
