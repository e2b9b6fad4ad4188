import Type, { type Static } from 'typebox';

/** When the new version of a gradual release counts as worse than the old one. */
export const ReleaseRulesSchema = Type.Object(
  {
    minCalls: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 10,
      description: 'Calls of the new version before it is judged',
    }),
    maxErrorIncrease: Type.Number({
      minimum: 0,
      maximum: 100,
      default: 2,
      description: 'Percentage points by which its share of failed calls may be above that of the old version',
    }),
    maxLatencyFactor: Type.Number({
      minimum: 1,
      maximum: 1_000,
      default: 1.5,
      description: 'How many times the old p90 of the duration its p90 may be',
    }),
    minLatencyIncreaseMs: Type.Number({
      minimum: 0,
      maximum: 900_000,
      default: 20,
      description: 'An increase of the p90 by less than this is never held against it, in milliseconds',
    }),
    windowMs: Type.Integer({
      minimum: 1_000,
      maximum: 3_600_000,
      default: 60_000,
      description: 'Over how long both are compared, in milliseconds',
    }),
    waitForCalls: Type.Boolean({
      default: false,
      description: 'A step is over only when the new version had `minCalls` calls in it',
    }),
    alarms: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
      maxItems: 20,
      default: [],
      description: 'Names of alarms; one that fires rolls back',
    }),
  },
  { additionalProperties: false },
);
export type ReleaseRules = Readonly<Static<typeof ReleaseRulesSchema>>;

/** Most steps, and how long one takes. */
export const RELEASE_LIMITS = { steps: 100, minEveryMs: 1_000, maxEveryMs: 604_800_000 } as const;

export const RELEASE_STATES = ['running', 'paused', 'promoted', 'rolled_back', 'aborted'] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

/** What one version did, over a window of time. */
export interface VersionNumbers {
  readonly version: number;
  readonly calls: number;
  readonly errors: number;
  /** In percent. */
  readonly errorRate: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

/** Something that happened in a release. */
export interface ReleaseEntry {
  readonly at: string;
  readonly by: string;
  readonly what: 'started' | 'step' | 'paused' | 'resumed' | 'restarted' | ReleaseState;
  /** Share of the new version from then on, in percent. */
  readonly percent: number;
  readonly message?: string;
}

/** How a release ended, or stands, with the numbers of both versions. */
export interface ReleaseReport {
  /** One sentence: what was found, and by which rule. */
  readonly why: string;
  /** Absent where a person ended it. */
  readonly rule?: 'errors' | 'latency' | 'alarm';
  readonly old: VersionNumbers;
  readonly new: VersionNumbers;
  /** Alarms that fired. */
  readonly alarms?: readonly string[];
  /** Calls of the new version that failed last. */
  readonly failures?: readonly ReleaseFailure[];
}

export interface ReleaseFailure {
  readonly invocationId: string;
  readonly type: string;
  readonly message: string;
}

/** A gradual release of a version by an alias: part of the alias's document, so that its weights and its step move as one. */
export interface Release {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  /** Shares of the new version in percent, in the order in which it gets them; the last one is 100. */
  readonly steps: readonly number[];
  readonly everyMs: number;
  readonly rules: ReleaseRules;
  readonly state: ReleaseState;
  /** Place in `steps`. */
  readonly step: number;
  readonly startedAt: string;
  readonly startedBy: string;
  readonly endedAt?: string;
  /** The newest ones, oldest first. */
  readonly entries: readonly ReleaseEntry[];
  /** The old version's numbers when it last had calls enough: what a new one is held against once it gets all of them. */
  readonly baseline?: VersionNumbers;
  /** Once it has ended. */
  readonly report?: ReleaseReport;
}

/** Whether a release goes on, or may. */
export function isUnderWay(
  release: Release | undefined,
): release is Release & { readonly state: 'running' | 'paused' } {
  return release?.state === 'running' || release?.state === 'paused';
}
