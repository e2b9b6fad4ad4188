import type { Asked } from '../../../api/client.ts';
import { useApi } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { ageMs, type TimeRange } from '../../../ui/range.ts';

type Answer = Api['GET /v1/metrics/query']['answer'];
type Query = Asked<'GET', '/v1/metrics/query'>['query'];

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What is asked of each call, and thus of a version, too. */
const OF_CALLS = [
  'invocations',
  'errors',
  'errorRate',
  'throttles',
  'coldStarts',
  'duration:p50',
  'duration:p90',
  'duration:p99',
  'queued:p90',
  'memory:p50',
  'memory:maximum',
];

/** What the charts show. */
export interface Measures {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly timesMs: readonly number[];
  /** By its name, with the statistic where it is not the usual one: a value for each time. */
  readonly values: ReadonlyMap<string, readonly (number | null)[]>;
}

/** With what it is compared. */
export type Comparison =
  | { readonly kind: 'none' }
  | { readonly kind: 'earlier'; readonly days: number; readonly label: string }
  | { readonly kind: 'version'; readonly version: number; readonly label: string };

/** What a word of the URL compares with. */
export function comparisonOf(word: string): Comparison {
  if (word === 'day') return { kind: 'earlier', days: 1, label: 'a day before' };
  if (word === 'week') return { kind: 'earlier', days: 7, label: 'a week before' };
  const version = /^v([1-9]\d{0,8})$/.exec(word)?.[1];
  return version === undefined
    ? { kind: 'none' }
    : { kind: 'version', version: Number(version), label: `version ${version}` };
}

/** Measures of a function, or of one version of it, and those that they are compared with. */
export function useMeasures(name: string, range: TimeRange, version: number | undefined, comparison: Comparison) {
  const asked: Query = {
    metric: OF_CALLS.join(','),
    function: name,
    ...range,
    ...(version !== undefined && { version: String(version) }),
  };
  const settings = { keepPrevious: true };
  const calls = useApi('/v1/metrics/query', { query: asked }, settings);
  // How many ran at once is measured of the whole function.
  const whole = useApi('/v1/metrics/query', { query: { metric: 'concurrency', function: name, ...range } }, settings);
  const other = useApi(
    '/v1/metrics/query',
    { query: comparedQuery(asked, range, comparison) },
    { ...settings, enabled: comparison.kind !== 'none' },
  );
  const shiftMs = comparison.kind === 'earlier' ? comparison.days * DAY_MS : 0;
  return {
    query: calls,
    measures: calls.data && measuresOf(calls.data, whole.data),
    compared:
      comparison.kind === 'none' || other.data === undefined || calls.data === undefined
        ? undefined
        : measuresOf(other.data, undefined, shiftMs, calls.data),
  };
}

function comparedQuery(asked: Query, range: TimeRange, comparison: Comparison): Query {
  if (comparison.kind === 'version') return { ...asked, version: String(comparison.version) };
  if (comparison.kind === 'none') return asked;
  const shiftMs = comparison.days * DAY_MS;
  const before = (text: string): string => {
    const age = ageMs(text);
    return age === undefined ? new Date(Date.parse(text) - shiftMs).toISOString() : `${(age + shiftMs) / MINUTE_MS}m`;
  };
  return { ...asked, from: before(range.from), to: range.to === undefined ? `${comparison.days}d` : before(range.to) };
}

/** Values by the times of an answer, or by those of another one that is later by `shiftMs`. */
export function measuresOf(answer: Answer, further?: Answer, shiftMs = 0, frame = answer): Measures | undefined {
  const first = frame.metrics[0];
  if (first === undefined) return undefined;
  const { stepMs } = first;
  const [fromMs, toMs] = [Date.parse(first.from), Date.parse(first.to)];
  const timesMs = Array.from(
    { length: Math.max(0, Math.round((toMs - fromMs) / stepMs)) },
    (_, at) => fromMs + at * stepMs,
  );
  const values = new Map<string, (number | null)[]>();
  for (const { metric, statistic, unit, series } of [...answer.metrics, ...(further?.metrics ?? [])]) {
    const isCount = statistic === 'sum';
    const found: (number | null)[] = timesMs.map(() => (isCount ? 0 : null));
    for (const [timeMs, value] of series[0]?.points ?? []) {
      const at = Math.round((timeMs! + shiftMs - fromMs) / stepMs);
      if (at >= 0 && at < found.length) found[at] = value!;
    }
    values.set(isCount || (unit === 'share' && metric === 'errorRate') ? metric : `${metric}:${statistic}`, found);
  }
  return { fromMs, toMs, stepMs, timesMs, values };
}
