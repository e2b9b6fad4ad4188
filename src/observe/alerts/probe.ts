import type { Metrics, RecentQuery } from '../metrics/metrics.ts';
import { type Clause, type Condition, type Expression, limitOf, MAX_WINDOW_MS, type Term } from './condition.ts';
import { isCount, knownMetric, statisticOf } from './known-metrics.ts';

/** What a condition is asked of. */
export interface Subject {
  readonly function?: string;
  readonly timeoutMs?: number;
}

/** How a condition stands. */
export interface Reading {
  /** Whether all of it holds; `undefined` where too little is known. */
  readonly holds: boolean | undefined;
  /** Some of it does not hold by more than the hysteresis. */
  readonly well: boolean;
  /** Of the first clause. */
  readonly value: number | undefined;
  readonly limit: number | undefined;
}

/** A condition for one subject, ready to be asked again and again. */
export interface Probe {
  readonly longestWindowMs: number;
  /** It cannot hold where the function was not called within the longest window. */
  readonly needsCalls: boolean;
  /**
   * `coveredMs`: for how long everything was measured without a break; where little, or nothing, was measured since, says
   * nothing of a longer time. `monotonicMs` is now.
   */
  read(coveredMs: number, monotonicMs: number): Reading;
}

type Ask = Pick<Metrics, 'recent'>;

interface ClauseReading {
  readonly holds: boolean | undefined;
  readonly well: boolean;
  readonly value: number | undefined;
  readonly limit: number | undefined;
}

type ReadClause = (coveredMs: number, monotonicMs: number) => ClauseReading;

export function createProbe(condition: Condition, subject: Subject, metrics: Ask, hysteresis: number): Probe {
  const clauses = condition.clauses.map((clause) => clauseReader(clause, subject, metrics, hysteresis));
  return {
    longestWindowMs: Math.max(...condition.clauses.map(({ windowMs }) => windowMs)),
    needsCalls: condition.clauses.some(needsCalls),
    read(coveredMs, monotonicMs) {
      let holds: boolean | undefined = true;
      let well = false;
      let first: ClauseReading | undefined;
      for (const read of clauses) {
        const reading = read(coveredMs, monotonicMs);
        first ??= reading;
        if (reading.well) {
          // The others cannot change that.
          well = true;
          holds = false;
          break;
        }
        if (reading.holds === false) holds = false;
        else if (reading.holds === undefined && holds === true) holds = undefined;
      }
      return { holds, well, value: first?.value, limit: first?.limit };
    },
  };
}

/** Whether a clause is false for a function that was not called. */
function needsCalls(clause: Clause): boolean {
  if (clause.kind !== 'comparison' || !knownMetric(clause.left.of.metric)?.byInvocations) return false;
  const { comparator, limit } = clause;
  return comparator === '>' || (comparator === '>=' && limit.value > 0);
}

function clauseReader(clause: Clause, subject: Subject, metrics: Ask, hysteresis: number): ReadClause {
  switch (clause.kind) {
    case 'absence': {
      const count = countReader(clause.metric, clause.windowMs, subject, metrics);
      return (coveredMs) => {
        const value = count();
        if (value > 0) return { holds: false, well: true, value, limit: 0 };
        return { holds: coveredMs >= clause.windowMs ? true : undefined, well: false, value, limit: 0 };
      };
    }
    case 'comparison': {
      const value = expressionReader(clause.left, clause.windowMs, subject, metrics);
      const limit = limitOf(clause.limit, subject.timeoutMs);
      // What is small may only be not measured yet.
      const needsAll = clause.comparator === '<' || clause.comparator === '<=';
      return (coveredMs) =>
        judged(value(), limit, clause.comparator, hysteresis, needsAll && coveredMs < clause.windowMs);
    }
    case 'change': {
      const { left, windowMs, factor, comparator } = clause;
      const value = expressionReader(left, windowMs, subject, metrics);
      const before = beforeReader(left, windowMs, subject, metrics, value);
      return (coveredMs, monotonicMs) => {
        const was = before(monotonicMs);
        const isKnown = was !== undefined && was !== 0 && coveredMs >= 2 * windowMs;
        return judged(value(), isKnown ? was * factor : undefined, comparator, hysteresis, false);
      };
    }
  }
}

function judged(
  value: number | undefined,
  limit: number | undefined,
  comparator: '>' | '>=' | '<' | '<=',
  hysteresis: number,
  tooEarly: boolean,
): ClauseReading {
  if (value === undefined || limit === undefined) return { holds: undefined, well: false, value, limit };
  switch (comparator) {
    case '>':
      return { holds: value > limit, well: value <= limit * (1 - hysteresis), value, limit };
    case '>=':
      return { holds: value >= limit, well: value < limit * (1 - hysteresis), value, limit };
    case '<':
      return {
        holds: value < limit ? (tooEarly ? undefined : true) : false,
        well: value >= limit * (1 + hysteresis),
        value,
        limit,
      };
    case '<=':
      return {
        holds: value <= limit ? (tooEarly ? undefined : true) : false,
        well: value > limit * (1 + hysteresis),
        value,
        limit,
      };
  }
}

function queryOf(
  term: Term,
  windowMs: number,
  { function: name }: Subject,
  statistic = statisticOf(term),
): RecentQuery {
  // What the node measures of itself belongs to no function.
  const ofFunction = name !== undefined && !term.metric.startsWith('node.') && term.labels?.function === undefined;
  const labels = { ...term.labels, ...(ofFunction && { function: name }) };
  return {
    metric: term.metric,
    statistic: statistic ?? 'average',
    windowMs,
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

function reader(term: Term, windowMs: number, subject: Subject, metrics: Ask): () => number | undefined {
  const query = queryOf(term, windowMs, subject);
  return isCount(term) ? () => metrics.recent(query) ?? 0 : () => metrics.recent(query);
}

/** How often something was measured; of what is only sampled, whether it was. */
function countReader(term: Term, windowMs: number, subject: Subject, metrics: Ask): () => number {
  if (isCount(term)) {
    const query = queryOf(term, windowMs, subject);
    return () => metrics.recent(query) ?? 0;
  }
  const query = queryOf(term, windowMs, subject, 'maximum');
  return () => (metrics.recent(query) === undefined ? 0 : 1);
}

function expressionReader(
  { of, per }: Expression,
  windowMs: number,
  subject: Subject,
  metrics: Ask,
): () => number | undefined {
  const upper = reader(of, windowMs, subject, metrics);
  if (per === undefined) return upper;
  const lower = reader(per, windowMs, subject, metrics);
  return () => {
    const below = lower();
    if (below === undefined || below === 0) return undefined;
    const above = upper();
    return above === undefined ? undefined : above / below;
  };
}

/** The value of the same window before: counts by subtraction, anything else from what was read then. */
function beforeReader(
  { of, per }: Expression,
  windowMs: number,
  subject: Subject,
  metrics: Ask,
  value: () => number | undefined,
): (monotonicMs: number) => number | undefined {
  const countable = isCount(of) && (per === undefined || isCount(per)) && 2 * windowMs <= MAX_WINDOW_MS;
  if (!countable) return remembered(windowMs, value);
  const part = (term: Term): (() => number) => {
    const isRate = statisticOf(term) === 'rate';
    const both = reader(term, 2 * windowMs, subject, metrics);
    const last = reader(term, windowMs, subject, metrics);
    return () => Math.max(0, (both() ?? 0) * (isRate ? 2 : 1) - (last() ?? 0));
  };
  const upper = part(of);
  if (per === undefined) return upper;
  const lower = part(per);
  return () => {
    const below = lower();
    return below === 0 ? undefined : upper() / below;
  };
}

const SAMPLES = 60;

function remembered(windowMs: number, value: () => number | undefined): (monotonicMs: number) => number | undefined {
  const samples: { atMs: number; value: number | undefined }[] = [];
  return (monotonicMs) => {
    const last = samples.at(-1);
    if (last === undefined || monotonicMs - last.atMs >= windowMs / SAMPLES)
      samples.push({ atMs: monotonicMs, value: value() });
    while (samples.length > 1 && monotonicMs - samples[1]!.atMs >= windowMs) samples.shift();
    const oldest = samples[0]!;
    return monotonicMs - oldest.atMs >= windowMs ? oldest.value : undefined;
  };
}
