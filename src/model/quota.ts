import Type, { type Static } from 'typebox';

/** The team of functions without an owner, and the quota of teams that have none of their own. */
export const NO_TEAM = '-';
export const ANY_TEAM = '*';
export const TEAM_PATTERN = '^(?:\\*|-|[A-Za-z0-9][^\\u0000-\\u001f\\u007f/]{0,127})$';

const limit = (description: string, maximum = 1_000_000_000_000) =>
  Type.Optional(Type.Number({ minimum: 0, maximum, description }));

/** How much the functions of one team (their `owner`) may have and do; what is absent is not limited. */
export const QuotaSchema = Type.Object(
  {
    team: Type.String({
      pattern: TEAM_PATTERN,
      description: 'The `owner` of functions; `-` those without one; `*` each team that has no quota of its own',
    }),
    functions: limit('Functions'),
    reservedMb: limit('Memory that its functions may take at once: the sum of memoryMb × maxConcurrency, in MiB'),
    codeBytes: limit('Code of its functions as it was built, in bytes'),
    invocationsPerDay: limit('Invocations that end within a day (UTC)'),
    gbSecondsPerMonth: limit('Memory × duration of invocations that end within a month (UTC), in GB-seconds'),
    queuedEvents: limit('Events that wait for its functions'),
    warnPercent: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 80,
      description: 'From this share of a limit on it is told, before anything is refused',
    }),
  },
  { additionalProperties: false },
);
export type Quota = Static<typeof QuotaSchema>;

export const QUOTA_MEASURES = [
  'functions',
  'reservedMb',
  'codeBytes',
  'invocationsPerDay',
  'gbSecondsPerMonth',
  'queuedEvents',
] as const;
export type QuotaMeasure = (typeof QUOTA_MEASURES)[number];

/** What one team has used of one limit. */
export interface QuotaUse {
  readonly measure: QuotaMeasure;
  readonly used: number;
  /** Absent: not limited. */
  readonly limit?: number;
  readonly state: 'ok' | 'warning' | 'exceeded';
  /** When it begins anew, of what counts over a time. */
  readonly resetsAtMs?: number;
}

export interface TeamUsage {
  readonly team: string;
  /** The quota that holds for it, which may be the one of any team. */
  readonly quota?: Quota;
  readonly uses: readonly QuotaUse[];
}

/** The team that a function counts for. */
export function teamOf(owner: string): string {
  return owner === '' ? NO_TEAM : owner;
}
