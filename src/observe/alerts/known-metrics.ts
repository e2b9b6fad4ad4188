import type { Statistic } from '../metrics/metrics.ts';
import type { Term } from './condition.ts';

interface Known {
  /** What a condition means that names no statistic; absent: it must name one. */
  readonly usual?: Statistic;
  readonly kind: 'count' | 'duration' | 'share' | 'bytes' | 'number';
  /** Nothing but an invocation of the function changes it. */
  readonly byInvocations: boolean;
}

const COUNT: Known = { usual: 'sum', kind: 'count', byInvocations: true };

/** What the platform measures of functions and of itself. */
const KNOWN: Readonly<Record<string, Known>> = {
  invocations: COUNT,
  errors: COUNT,
  throttles: COUNT,
  refusals: COUNT,
  errorRate: { usual: 'average', kind: 'share', byInvocations: true },
  coldStarts: COUNT,
  billed: { usual: 'sum', kind: 'number', byInvocations: true },
  duration: { kind: 'duration', byInvocations: true },
  queued: { kind: 'duration', byInvocations: true },
  memory: { kind: 'share', byInvocations: true },
  concurrency: { usual: 'maximum', kind: 'number', byInvocations: true },
  lag: { usual: 'maximum', kind: 'duration', byInvocations: false },
  'events.dead': { usual: 'sum', kind: 'count', byInvocations: false },
  'events.deadNow': { usual: 'maximum', kind: 'count', byInvocations: false },
  'node.cpu': { usual: 'maximum', kind: 'number', byInvocations: false },
  'node.memory': { usual: 'maximum', kind: 'bytes', byInvocations: false },
  'node.sandboxes': { usual: 'maximum', kind: 'number', byInvocations: false },
  'node.loop': { usual: 'average', kind: 'share', byInvocations: false },
};

export const KNOWN_METRICS: readonly string[] = Object.keys(KNOWN);

/** `undefined` for a metric of a function's own. */
export function knownMetric(metric: string): Known | undefined {
  if (metric.startsWith('errors.')) return COUNT;
  return Object.hasOwn(KNOWN, metric) ? KNOWN[metric] : undefined;
}

/** The statistic that a term means; `undefined` where it must say which. */
export function statisticOf({ metric, statistic }: Term): Statistic | undefined {
  if (statistic !== undefined) return statistic;
  const known = knownMetric(metric);
  return known === undefined ? 'sum' : known.usual;
}

/** Whether nothing but calls that fail make it more. */
export function countsFailures({ metric }: Term): boolean {
  return metric === 'errors' || metric === 'errorRate' || metric.startsWith('errors.');
}

/** Whether the term counts, so that nothing measured means 0. */
export function isCount(term: Term): boolean {
  const statistic = statisticOf(term);
  if (statistic === 'count') return true;
  const known = knownMetric(term.metric);
  return (statistic === 'sum' || statistic === 'rate') && (known === undefined || known.kind === 'count');
}
