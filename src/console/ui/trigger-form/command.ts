import type { TriggerDraft } from './draft.ts';
import { type OptionSchema, withoutDefaults } from './schema.ts';

type Take = (name: string) => string;

/** What is written after the type for each kind; options that are named so need no flag. */
const WORDS: Readonly<Record<string, (take: Take) => string[]>> = {
  schedule: (take) => [take('expression')],
  bucket: (take) => [take('bucket')],
  queue: (take) => [take('queue')],
  topic: (take) => [take('topic')],
  completion: (take) => [take('of')],
  webhook: (take) => [take('provider')],
  http: (take) => [take('methods'), take('path')],
  s3: (take) => {
    const endpoint = take('endpoint').replace(/\/$/, '');
    return [`${endpoint}${endpoint && '/'}${take('bucket')}`];
  },
  mqtt: (take) => [`${take('url')}/${take('topic')}`],
  amqp: (take) => [`${take('url')}/${take('queue')}`],
  nats: (take) => [`${take('url')}/${take('subject')}`],
  redis: (take) => [`${take('url')}/${take('subject')}`],
  kafka: (take) => [`kafka://${take('brokers')}/${take('topics')}`],
  postgres: (take) => {
    const mode = take('mode');
    const names = mode === 'listen' ? take('channel') : take('tables');
    return [take('url'), mode, ...names.split(',').filter((name) => name !== '')];
  },
};

/** The words of `fob trigger add` that make the trigger, or with `isThere` change the one of its name. Secrets are read from files, so that no history keeps them. */
export function triggerCommand(draft: TriggerDraft, schema: OptionSchema, fn: string, isThere = false): string[] {
  const options = withoutDefaults(schema, draft.options);
  const take: Take = (name) => {
    const value = options[name] ?? '';
    delete options[name];
    return Array.isArray(value) ? value.join(',') : String(value);
  };
  const words = Object.hasOwn(WORDS, draft.type) ? WORDS[draft.type]!(take) : [];
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${kebab(name)}`;
    if (schema.properties?.[name]?.format === 'secret') return [flag, `@${kebab(name)}.txt`];
    if (typeof value === 'boolean') return [value ? flag : `${flag}=false`];
    return [flag, textOf(value)];
  });
  const { name, filter, delivery, enabled, rest } = draft;
  const given = DELIVERY.flatMap(([key, flag]) =>
    delivery[key] === undefined || delivery[key] === ''
      ? []
      : [flag, key.endsWith('Ms') ? `${delivery[key]}ms` : String(delivery[key])],
  );
  return [
    ...['trigger', 'add', fn, draft.type, ...words.filter((word) => word !== ''), ...flags],
    ...(filter.trim() === '' ? [] : ['--filter', compact(filter)]),
    ...(rest?.mapping === undefined ? [] : ['--mapping', JSON.stringify(rest.mapping)]),
    ...(rest?.orderBy === undefined ? [] : ['--order-by', String(rest.orderBy)]),
    ...given,
    ...(name === '' ? [] : ['--name', name]),
    ...(enabled ? [] : ['--paused']),
    ...(isThere ? ['--replace'] : []),
  ];
}

const DELIVERY = [
  ['batchSize', '--batch'],
  ['batchWindowMs', '--window'],
  ['maxRetries', '--retries'],
  ['retryDelayMs', '--retry-delay'],
  ['maxAgeMs', '--max-age'],
  ['maxConcurrency', '--concurrency'],
  ['onSuccess', '--on-success'],
  ['onFailure', '--on-failure'],
] as const;

function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
