import type { Api } from '../../../api/types.gen.ts';
import { BYTES_PER_MB, formatBytes, formatCount, formatMb } from '../../../ui/format.ts';

export type Quota = Api['GET /v1/quotas/{team}']['answer'];
export type TeamUsage = Api['GET /v1/quota-usage']['answer']['teams'][number];
export type Use = TeamUsage['uses'][number];
export type Measure = Use['measure'];

/** What a quota limits, in words, and as the command line says it. */
export const MEASURES: readonly {
  readonly measure: Measure;
  readonly title: string;
  readonly about: string;
  readonly option: string;
  readonly format: (value: number) => string;
  /** As the option takes it. */
  readonly word: (value: number) => string;
  /** What one in the form is of what the API counts; default: the same. */
  readonly unit?: number;
}[] = [
  {
    measure: 'functions',
    title: 'Functions',
    about: 'Most functions',
    option: '--functions',
    format: formatCount,
    word: String,
  },
  {
    measure: 'reservedMb',
    title: 'Most memory at once',
    about: 'Most memory that its functions could take at once, in MB: memory times concurrency',
    option: '--memory',
    format: formatMb,
    word: (value) => `${value}m`,
  },
  {
    measure: 'codeBytes',
    title: 'Code',
    about: 'Most code, in MB',
    option: '--code',
    format: formatBytes,
    word: (value) => `${Math.round(value / BYTES_PER_MB)}m`,
    unit: BYTES_PER_MB,
  },
  {
    measure: 'invocationsPerDay',
    title: 'Invocations a day',
    about: 'Most invocations a day (UTC)',
    option: '--invocations',
    format: formatCount,
    word: String,
  },
  {
    measure: 'gbSecondsPerMonth',
    title: 'GB-seconds a month',
    about: 'Most GB-seconds a month (UTC)',
    option: '--gb-seconds',
    format: formatCount,
    word: String,
  },
  {
    measure: 'queuedEvents',
    title: 'Waiting events',
    about: 'Most events that wait',
    option: '--events',
    format: formatCount,
    word: String,
  },
];

/** Whom a quota is for, in words. */
export function teamTitle(team: string): string {
  if (team === '*') return 'each team without a quota of its own';
  return team === '-' ? 'functions without an owner' : team;
}
