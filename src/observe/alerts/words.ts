import type { Clause } from './condition.ts';
import { limitOf, printExpression, printLimit, printTerm } from './condition.ts';
import { knownMetric, statisticOf } from './known-metrics.ts';

/** What a clause measures: `errors / invocations`, `p99(duration)`. */
export function measureOf(clause: Clause): string {
  return clause.kind === 'absence' ? printTerm(clause.metric) : printExpression(clause.left);
}

/** A value of what a clause measures, for people: `43%`, `2.4 s`, `12`. */
export function valueInWords(clause: Clause, value: number | undefined): string {
  if (value === undefined) return 'not measured';
  return inWords(value, kindOf(clause));
}

/** The limit as it was written, and what it comes to where that is something else: `80% of timeout (24 s)`. */
export function limitInWords(clause: Clause, limit: number | undefined, timeoutMs?: number): string {
  if (clause.kind === 'absence') return 'at least 1';
  if (clause.kind === 'change') {
    const before = limit === undefined ? '' : ` (${inWords(limit, kindOf(clause))})`;
    return `${clause.factor}x before${before}`;
  }
  const written = inWordsOfLimit(clause, limitOf(clause.limit, timeoutMs));
  return clause.limit.unit === '% of timeout' ? `${printLimit(clause.limit)} (${written})` : written;
}

type Kind = 'count' | 'duration' | 'share' | 'bytes' | 'number' | 'rate';

function inWordsOfLimit(clause: Clause & { kind: 'comparison' }, limit: number | undefined): string {
  return limit === undefined ? printLimit(clause.limit) : inWords(limit, kindOf(clause));
}

function kindOf(clause: Clause): Kind {
  if (clause.kind === 'absence') return 'count';
  const { of, per } = clause.left;
  if (per !== undefined) return clause.kind === 'comparison' && clause.limit.unit !== '%' ? 'number' : 'share';
  const statistic = statisticOf(of);
  if (statistic === 'rate') return 'rate';
  if (statistic === 'count') return 'count';
  const kind = knownMetric(of.metric)?.kind;
  if (kind !== undefined) return kind;
  if (clause.kind === 'change') return 'number';
  const { unit } = clause.limit;
  if (unit === '%') return 'share';
  if (['ms', 's', 'm', 'h', 'd'].includes(unit)) return 'duration';
  return ['B', 'KB', 'MB', 'GB'].includes(unit) ? 'bytes' : 'number';
}

function inWords(value: number, kind: Kind): string {
  switch (kind) {
    case 'share':
      return `${short(value * 100)}%`;
    case 'duration':
      return durationInWords(value);
    case 'bytes':
      return bytesInWords(value);
    case 'rate':
      return `${short(value)}/s`;
    default:
      return short(value);
  }
}

export function durationInWords(ms: number): string {
  if (ms < 1_000) return `${short(ms)} ms`;
  if (ms < 60_000) return `${short(ms / 1_000)} s`;
  const minutes = Math.round(ms / 60_000);
  if (ms < 600_000 && Math.round(ms / 1_000) % 60 !== 0)
    return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}` : `${Math.round(hours / 24)} d`;
}

export function bytesInWords(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${short(value)} ${units[unit]}`;
}

/** At most three digits that say something. */
function short(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(Math.abs(value) >= 10 ? 3 : 2)));
}

const BARS = '▁▂▃▄▅▆▇█';

/** Values as a line of bars, from nothing to the highest; a step in which nothing was measured is a dot. */
export function sparkline(values: readonly (number | null)[]): string {
  const highest = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return '·';
      const height = highest === 0 ? 0 : Math.round((value / highest) * (BARS.length - 1));
      return BARS[Math.max(0, Math.min(BARS.length - 1, height))]!;
    })
    .join('');
}
