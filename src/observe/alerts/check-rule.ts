import { Problem } from '../../model/problem.ts';
import { closest } from '../../model/suggest.ts';
import type { MetricInfo } from '../metrics/metrics.ts';
import { type Clause, printTerm, type Term } from './condition.ts';
import { parseCondition } from './condition-parse.ts';
import { KNOWN_METRICS, knownMetric, statisticOf } from './known-metrics.ts';

const DURATIONS = ['ms', 's', 'm', 'h', 'd', '% of timeout', ''];
const BYTES = ['B', 'KB', 'MB', 'GB', ''];

/** Throws `invalid_request` for a condition that cannot be read, or that asks what cannot be answered. */
export function checkCondition(text: string, aboutFunctions: boolean, metrics: readonly MetricInfo[]): void {
  for (const clause of parseCondition(text).clauses) {
    const terms =
      clause.kind === 'absence'
        ? [clause.metric]
        : [clause.left.of, ...(clause.left.per === undefined ? [] : [clause.left.per])];
    for (const term of terms) checkTerm(term, metrics);
    if (clause.kind === 'comparison') checkUnit(clause, aboutFunctions);
  }
}

/** Most metrics that a refusal names. */
const MAX_NAMED = 20;

function checkTerm(term: Term, metrics: readonly MetricInfo[]): void {
  const { metric, statistic, labels = {} } = term;
  const info = metrics.find((each) => each.metric === metric);
  if (info === undefined && knownMetric(metric) === undefined) {
    const names = [...new Set([...KNOWN_METRICS, ...metrics.map((each) => each.metric)])];
    const meant = closest(metric, names);
    const hint =
      meant === undefined
        ? `there are ${names.slice(0, MAX_NAMED).join(', ')}${names.length > MAX_NAMED ? ' and more: fob metrics lists them' : ''}`
        : `do you mean "${meant}"?`;
    throw new Problem('invalid_request', `nobody has a metric "${metric}"; ${hint}`);
  }
  if (statisticOf(term) === undefined)
    throw new Problem(
      'invalid_request',
      `"${metric}" is a distribution: say what of it, such as p99(${metric}) or average(${metric})`,
    );
  if (info !== undefined && statistic !== undefined && !info.statistics.includes(statistic))
    throw new Problem(
      'invalid_request',
      `"${printTerm(term)}" cannot be had: of "${metric}" there are ${info.statistics.join(', ')}`,
    );
  if (info !== undefined) {
    const unknown = Object.keys(labels).find((label) => label !== 'function' && !info.labels.includes(label));
    if (unknown !== undefined)
      throw new Problem(
        'invalid_request',
        `"${metric}" has no label "${unknown}"; it has ${info.labels.join(', ') || 'none'}`,
      );
  }
}

function checkUnit({ left, limit }: Clause & { kind: 'comparison' }, aboutFunctions: boolean): void {
  if (limit.unit === '% of timeout' && !aboutFunctions)
    throw new Problem(
      'invalid_request',
      '"% of timeout" is of a function: say which with `function`, `owner` or `tag`',
    );
  const text = printTerm(left.of);
  const fits = (units: readonly string[], how: string): void => {
    if (!units.includes(limit.unit))
      throw new Problem('invalid_request', `the limit of "${text}" cannot be in "${limit.unit}"; write it like ${how}`);
  };
  if (left.per !== undefined) return fits(['', '%'], '5% or 0.05');
  const statistic = statisticOf(left.of);
  if (statistic === 'rate') return fits(['/s', ''], '10/s');
  if (statistic === 'count') return fits([''], '10');
  switch (knownMetric(left.of.metric)?.kind) {
    case 'duration':
      return fits(DURATIONS, '2s or 80% of timeout');
    case 'bytes':
      return fits(BYTES, '500MB');
    case 'share':
      return fits(['%', ''], '90%');
    case 'count':
    case 'number':
      return fits([''], '10');
    default:
  }
}
