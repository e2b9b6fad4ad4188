import type { Statistic } from '../metrics/metrics.ts';

/**
 * When an alert fires: clauses that must all hold, and for how long.
 *
 *   errors / invocations > 5% over 5m and invocations >= 20 over 5m for 2m
 *   p99(duration) > 2s over 10m          p99(duration) > 80% of timeout over 10m
 *   invocations > 3x before over 10m     now against the same window before it
 *   no invocations for 1h                absence
 *   count("shop/orders"{country=de}) < 10 over 1h
 */
export interface Condition {
  readonly clauses: readonly Clause[];
  /** How long all must hold without a break, in milliseconds; 0: at once. */
  readonly forMs: number;
}

export type Clause = Comparison | Change | Absence;

/** A value over a window against a limit. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly left: Expression;
  readonly comparator: Comparator;
  readonly limit: Limit;
  readonly windowMs: number;
}

/** A value over a window against that of the same window before it. */
export interface Change {
  readonly kind: 'change';
  readonly left: Expression;
  readonly comparator: Comparator;
  /** 3 means three times as much. */
  readonly factor: number;
  readonly windowMs: number;
}

/** Nothing was counted for so long. */
interface Absence {
  readonly kind: 'absence';
  readonly metric: Term;
  readonly windowMs: number;
}

/** One value, or the share of one in another. */
export interface Expression {
  readonly of: Term;
  readonly per?: Term;
}

export interface Term {
  readonly metric: string;
  /** Absent: what is usual for the metric, a sum or a maximum. */
  readonly statistic?: Statistic;
  readonly labels?: Readonly<Record<string, string>>;
}

export const COMPARATORS = ['>=', '<=', '>', '<'] as const;
export type Comparator = (typeof COMPARATORS)[number];

export interface Limit {
  readonly value: number;
  readonly unit: Unit;
}

/** A limit's unit, and what it is in the base unit: milliseconds, bytes, or plain. */
export const UNITS = {
  '': 1,
  '%': 0.01,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  B: 1,
  KB: 1_024,
  MB: 1_048_576,
  GB: 1_073_741_824,
  '/s': 1,
  /** Of the time that one run of the function may take. */
  '% of timeout': 0.01,
} as const;
export type Unit = keyof typeof UNITS;

export const MAX_CONDITION_LENGTH = 500;
export const MAX_CLAUSES = 6;
/** What is kept in memory for alerts. */
export const MAX_WINDOW_MS = 10_800_000;
export const MIN_WINDOW_MS = 10_000;
export const DEFAULT_WINDOW_MS = 300_000;
export const MAX_FOR_MS = 86_400_000;

export function printExpression({ of, per }: Expression): string {
  return per === undefined ? printTerm(of) : `${printTerm(of)} / ${printTerm(per)}`;
}

export function printTerm({ metric, statistic, labels = {} }: Term): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${printWord(name)}=${printWord(value)}`);
  const name = `${printWord(metric)}${pairs.length === 0 ? '' : `{${pairs.join(', ')}}`}`;
  return statistic === undefined ? name : `${statistic}(${name})`;
}

export function printLimit({ value, unit }: Limit): string {
  return `${value}${unit}`;
}

/** The largest unit that leaves no rest: `90s`, `5m`, `1h`. */
export function printDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const)
    if (ms % UNITS[unit] === 0 && ms > 0) return `${ms / UNITS[unit]}${unit}`;
  return `${ms}ms`;
}

/** Words of the language, and what looks like something else, stand in quotes. */
const PLAIN_WORD = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const RESERVED = new Set(['and', 'for', 'over', 'no', 'before', 'of', 'timeout']);

function printWord(word: string): string {
  if (PLAIN_WORD.test(word) && !RESERVED.has(word)) return word;
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** The limit in the base unit of what it is compared with; `undefined` where it is a share of what is not known. */
export function limitOf({ value, unit }: Limit, timeoutMs?: number): number | undefined {
  if (unit !== '% of timeout') return value * UNITS[unit];
  return timeoutMs === undefined ? undefined : value * UNITS[unit] * timeoutMs;
}
