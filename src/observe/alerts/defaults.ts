import type { DefaultChange, Severity } from '../../model/alert.ts';
import type { FunctionFacts } from './ports.ts';

/** A rule as it is watched, whoever wrote it. */
export interface EffectiveRule {
  readonly name: string;
  readonly when: string;
  readonly severity: Severity;
  readonly criticalWhen?: string;
  readonly resolveAfterMs: number;
  readonly hysteresis: number;
  readonly repeatMs: number;
  readonly notify?: readonly string[];
  readonly description?: string;
  readonly createdAtMs: number;
}

export const USUAL = { severity: 'warning', resolveAfterMs: 120_000, hysteresis: 0.2, repeatMs: 14_400_000 } as const;

interface DefaultRule {
  readonly when: string;
  /** With counts that keep a few failures in the night from waking anybody. */
  readonly criticalWhen: string;
  readonly description: string;
}

/** What every function has, until somebody changes it. */
export const DEFAULT_RULES: Readonly<Record<string, DefaultRule>> = {
  errors: {
    when: 'errors / invocations > 5% over 5m',
    criticalWhen: 'errors / invocations > 10% over 5m and errors >= 10 over 5m',
    description: 'More calls fail than should.',
  },
  throttles: {
    when: 'throttles >= 5 over 5m',
    criticalWhen: 'throttles / invocations > 10% over 5m and throttles >= 50 over 5m',
    description: 'Calls are refused because a limit of concurrency is reached.',
  },
  timeouts: {
    when: 'p99(duration) > 80% of timeout over 10m and invocations >= 5 over 10m',
    criticalWhen: 'errors.timed_out / invocations > 5% over 5m and errors.timed_out >= 10 over 5m',
    description: 'Calls take nearly as long as they may, or longer.',
  },
  memory: {
    when: 'errors.out_of_memory > 0 over 10m',
    criticalWhen: 'errors.out_of_memory / invocations > 5% over 5m and errors.out_of_memory >= 10 over 5m',
    description: 'Calls need more memory than the function has.',
  },
  'dead-events': {
    when: 'events.deadNow > 0 over 2m',
    criticalWhen: 'events.dead >= 20 over 10m',
    description: 'Events could not be delivered; they wait for a person, who delivers them again or gives them up.',
  },
  lag: {
    when: 'lag > 5m over 5m for 2m',
    criticalWhen: 'lag > 1h over 5m for 2m',
    description: 'Events wait longer than they should.',
  },
};

/** By scope, what is changed of each default rule. */
export type DefaultChanges = (scope: string) => Readonly<Record<string, DefaultChange>> | undefined;

/** A default rule as it is for one function; `undefined` where it is switched off. */
export function effectiveDefault(name: string, of: FunctionFacts, changes: DefaultChanges): EffectiveRule | undefined {
  const scopes = [
    'all',
    ...Object.entries(of.tags)
      .sort()
      .map(([tag, value]) => `tag:${tag}=${value}`),
    `owner:${of.owner}`,
    `function:${of.name}`,
  ];
  const merged: DefaultChange = Object.assign(
    {},
    DEFAULT_RULES[name],
    ...scopes.map((scope) => changes(scope)?.[name] ?? {}),
  );
  const { enabled = true, when = '', criticalWhen, ...rest } = merged as DefaultChange & { description?: string };
  if (!enabled || when === '') return undefined;
  return {
    name,
    when,
    createdAtMs: 0,
    ...USUAL,
    ...rest,
    ...(criticalWhen !== undefined && criticalWhen !== '' && { criticalWhen }),
  };
}
