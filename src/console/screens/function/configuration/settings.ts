import type { FunctionView } from '../../../api/things.ts';
import { spanText } from '../../../ui/span.ts';

export type Config = FunctionView['config'];

/** How a setting is written. */
export type Field =
  | { readonly kind: 'text'; readonly placeholder?: string }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly unit?: 'MB' | 'days' }
  /** In milliseconds; written with a unit. */
  | { readonly kind: 'span'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly { value: string; label: string }[] }
  | { readonly kind: 'switch' }
  | { readonly kind: 'list'; readonly placeholder: string }
  | { readonly kind: 'set'; readonly values: readonly { value: string; label: string }[] }
  | { readonly kind: 'pairs'; readonly name: string; readonly value: string }
  | { readonly kind: 'role' };

export interface Setting {
  readonly key: keyof Config;
  readonly title: string;
  readonly meaning: string;
  readonly field: Field;
  /** The option of `fob set`; absent where there is none. */
  readonly flag?: string;
}

interface SettingGroup {
  readonly title: string;
  readonly settings: readonly Setting[];
}

const DAY_MS = 86_400_000;
const DESTINATION = 'queue:done, topic:x, function:f, bucket:b/prefix or a URL';

/** Every setting of a function in the order in which one thinks of them. */
export const GROUPS: readonly SettingGroup[] = [
  {
    title: 'What it is',
    settings: [
      {
        key: 'description',
        title: 'Description',
        meaning: 'What it is for.',
        field: { kind: 'text' },
        flag: '--description',
      },
      {
        key: 'owner',
        title: 'Owner',
        meaning: 'Who is on call for it: a team or a user.',
        field: { kind: 'text' },
        flag: '--owner',
      },
      {
        key: 'tags',
        title: 'Tags',
        meaning: 'Names and values by which functions are found, grouped and ruled.',
        field: { kind: 'pairs', name: 'Tag', value: 'Value' },
        flag: '--tag',
      },
    ],
  },
  {
    title: 'How it runs',
    settings: [
      {
        key: 'memoryMb',
        title: 'Memory',
        meaning:
          'The most that one sandbox may take; its share of the CPU follows: one whole core at 1,769 MB. An invocation costs memory × time.',
        field: { kind: 'number', min: 64, max: 10_240, unit: 'MB' },
        flag: '--memory',
      },
      {
        key: 'timeoutMs',
        title: 'Timeout',
        meaning: 'How long one invocation may run before it is ended.',
        field: { kind: 'span', min: 100, max: 900_000 },
        flag: '--timeout',
      },
      {
        key: 'runtime',
        title: 'Runtime',
        meaning: 'The language that runs it. A change is tried before it serves.',
        field: { kind: 'text', placeholder: 'node' },
        flag: '--runtime',
      },
      {
        key: 'handler',
        title: 'Handler',
        meaning: 'File and export that are called: main.handler gets (event, context), main.callme parameters by name.',
        field: { kind: 'text', placeholder: 'main.handler' },
        flag: '--handler',
      },
      {
        key: 'maxConcurrency',
        title: 'Invocations at once',
        meaning: 'The most on a node; more wait shortly, then are throttled (429).',
        field: { kind: 'number', min: 1, max: 10_000 },
        flag: '--concurrency',
      },
      {
        key: 'sandboxConcurrency',
        title: 'Invocations at once in a sandbox',
        meaning: 'More than one only for code that waits for others, and that shares no state between invocations.',
        field: { kind: 'number', min: 1, max: 1_000 },
        flag: '--sandbox-concurrency',
      },
      {
        key: 'debug',
        title: 'For debugging',
        meaning: 'A debugger may attach; one sandbox at most, which is never frozen. Not for what serves people.',
        field: { kind: 'switch' },
      },
    ],
  },
  {
    title: 'What it sees and may do',
    settings: [
      {
        key: 'environment',
        title: 'Environment variables',
        meaning: 'Whoever may read the function sees them: keep passwords among the secrets.',
        field: { kind: 'pairs', name: 'Variable', value: 'Value' },
        flag: '--env',
      },
      {
        key: 'secrets',
        title: 'Secrets',
        meaning: 'Variables that hold a secret: the name of the secret, with @3 for one version of it.',
        field: { kind: 'pairs', name: 'Variable', value: 'Secret' },
        flag: '--secret',
      },
      {
        key: 'role',
        title: 'Execution role',
        meaning: 'Grants that several functions share, besides its own.',
        field: { kind: 'role' },
        flag: '--role',
      },
      {
        key: 'grants',
        title: 'Grants of its own',
        meaning: 'What it may use, as kind:name:access. Without an access it may do everything with it.',
        field: { kind: 'list', placeholder: 'bucket:photos:read' },
        flag: '--grant',
      },
      {
        key: 'network',
        title: 'Network',
        meaning: 'What it may reach.',
        field: {
          kind: 'choice',
          values: [
            { value: 'none', label: 'Nothing at all' },
            { value: 'services', label: 'What it was granted here' },
            { value: 'hosts', label: 'That, and the hosts below' },
            { value: 'internet', label: 'That, and the internet, private networks excepted' },
          ],
        },
        flag: '--network',
      },
      {
        key: 'networkHosts',
        title: 'Hosts that it may reach',
        meaning: 'As name:port; only where the network is set to hosts.',
        field: { kind: 'list', placeholder: 'api.github.com:443' },
        flag: '--network-host',
      },
    ],
  },
  {
    title: 'Events and their results',
    settings: [
      {
        key: 'onSuccess',
        title: 'Results go to',
        meaning: 'Where the result of a delivered event goes; empty: nowhere.',
        field: { kind: 'text', placeholder: DESTINATION },
        flag: '--on-success',
      },
      {
        key: 'onFailure',
        title: 'Failed events go to',
        meaning: 'Where an event goes that could not be delivered; empty: it waits among the dead events.',
        field: { kind: 'text', placeholder: DESTINATION },
        flag: '--on-failure',
      },
      {
        key: 'eventRetries',
        title: 'Retries',
        meaning: 'Further attempts for an event after its first one failed.',
        field: { kind: 'number', min: 0, max: 100 },
        flag: '--event-retries',
      },
      {
        key: 'eventRetryDelayMs',
        title: 'Wait before the first retry',
        meaning: 'It doubles each time, to an hour at most.',
        field: { kind: 'span', min: 0, max: DAY_MS },
        flag: '--event-retry-delay',
      },
      {
        key: 'eventRetryOn',
        title: 'Retried after',
        meaning: 'Failures that another attempt may cure; others end the event at once.',
        field: {
          kind: 'set',
          values: [
            { value: 'exception', label: 'An exception' },
            { value: 'timed_out', label: 'The timeout' },
            { value: 'out_of_memory', label: 'Out of memory' },
            { value: 'crashed', label: 'A crash' },
            { value: 'load_failed', label: 'Code that does not load' },
            { value: 'bad_parameters', label: 'Wrong parameters' },
            { value: 'bad_result', label: 'A result that is none' },
            { value: 'result_too_large', label: 'A result that is too large' },
          ],
        },
      },
      {
        key: 'eventMaxAgeMs',
        title: 'Given up after',
        meaning: 'How old an event may become before it counts as failed.',
        field: { kind: 'span', min: 1_000, max: 14 * DAY_MS },
        flag: '--event-max-age',
      },
      {
        key: 'eventConcurrency',
        title: 'Runs for events at once',
        meaning: 'So that a backlog leaves room for invocations.',
        field: { kind: 'number', min: 1, max: 1_000 },
        flag: '--event-concurrency',
      },
    ],
  },
  {
    title: 'What is kept',
    settings: [
      {
        key: 'recordPayloads',
        title: 'Payloads and results',
        meaning: 'Kept so that an invocation can be run again. They may hold what is personal.',
        field: {
          kind: 'choice',
          values: [
            { value: 'none', label: 'None' },
            { value: 'failed', label: 'Those of failed invocations' },
            { value: 'all', label: 'All' },
          ],
        },
        flag: '--record-payloads',
      },
      {
        key: 'logRetentionDays',
        title: 'Log',
        meaning: 'How long its lines are kept; 0: as long as the node keeps records.',
        field: { kind: 'number', min: 0, max: 3_650, unit: 'days' },
        flag: '--log-retention-days',
      },
    ],
  },
];

/** What a setting is called; its key where it is none that can be changed here. */
export function titleOf(key: string): string {
  return settingOf(key)?.title ?? key;
}

function settingOf(key: string): Setting | undefined {
  return GROUPS.flatMap(({ settings }) => settings).find((each) => each.key === key);
}

/** The words of `fob set` that make these changes, as far as it has options for them; else what shows the settings. */
export function commandOf(name: string, before: Config, changes: Partial<Config>): string[] {
  const words = ['set', name];
  for (const { key, flag, field } of GROUPS.flatMap(({ settings }) => settings)) {
    const value = changes[key];
    if (value === undefined || flag === undefined) continue;
    if (field.kind === 'pairs') words.push(...pairWords(flag, before[key] as Pairs, value as Pairs));
    else if (field.kind === 'list') words.push(...listWords(flag, before[key] as string[], value as string[]));
    else if (field.kind === 'span') words.push(flag, spanText(value as number));
    else words.push(flag, String(value));
  }
  return words.length === 2 ? ['show', name] : words;
}

type Pairs = Readonly<Record<string, string>>;
const UNSET: Readonly<Record<string, string>> = {
  '--env': '--unset-env',
  '--tag': '--unset-tag',
  '--secret': '--unset-secret',
};

function pairWords(flag: string, before: Pairs, after: Pairs): string[] {
  return [
    ...Object.entries(after).flatMap(([name, value]) => (before[name] === value ? [] : [flag, `${name}=${value}`])),
    ...Object.keys(before).flatMap((name) => (Object.hasOwn(after, name) ? [] : [UNSET[flag]!, name])),
  ];
}

function listWords(flag: string, before: readonly string[], after: readonly string[]): string[] {
  if (flag !== '--grant') return after.flatMap((each) => [flag, each]);
  return [
    ...after.flatMap((each) => (before.includes(each) ? [] : [flag, each])),
    ...before.flatMap((each) => (after.includes(each) ? [] : ['--revoke', each])),
  ];
}

/** A setting's value as a person reads it, with its unit. */
export function shownValue(value: unknown, key: string): string {
  if (value === '' || value === undefined) return '(empty)';
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(', ');
  const field = settingOf(key)?.field;
  if (typeof value === 'number' && field?.kind === 'span') return spanText(value);
  if (typeof value === 'number')
    return [value.toLocaleString('en-GB'), field?.kind === 'number' && field.unit].filter(Boolean).join(' ');
  if (typeof value !== 'object' || value === null) return String(value);
  return (
    Object.entries(value)
      .map(([name, each]) => `${name}=${String(each)}`)
      .join(', ') || '(none)'
  );
}
