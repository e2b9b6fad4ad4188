import { api } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { Api } from '../../api/types.gen.ts';
import { type OptionSchema, type Options, withoutDefaults } from './schema.ts';

type TriggerBody = Api['POST /v1/triggers']['body'];
export type TriggerView = Api['GET /v1/triggers/{name}']['answer'];
export type Delivery = NonNullable<TriggerBody['delivery']>;

/** A trigger as it is being written. */
export interface TriggerDraft {
  /** Empty: the node makes one of function and source. */
  readonly name: string;
  readonly type: string;
  readonly options: Options;
  /** An event pattern as JSON; empty: every event. As text, so that what is being typed stays. */
  readonly filter: string;
  readonly delivery: Delivery;
  readonly enabled: boolean;
  /** Parts of a trigger that the form does not show, and keeps. */
  readonly rest?: Pick<TriggerBody, 'mapping' | 'orderBy'>;
}

export function newTrigger(type: string, options: Options = {}): TriggerDraft {
  return { name: '', type, options, filter: '', delivery: {}, enabled: true };
}

/** A trigger that is there, to be changed. */
export function draftOf({
  name,
  type,
  options,
  filter,
  delivery,
  enabled,
  mapping,
  orderBy,
}: TriggerView): TriggerDraft {
  return {
    ...{ name, type, options, enabled },
    filter: filter === undefined ? '' : JSON.stringify(filter, null, 2),
    delivery: delivery ?? {},
    rest: { ...(mapping !== undefined && { mapping }), ...(orderBy !== undefined && { orderBy }) },
  };
}

/** What is wrong with the event pattern, in words; `undefined` where nothing is. */
export function filterFault(filter: string): string | undefined {
  if (filter.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(filter);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'A pattern is an object';
  } catch (error) {
    return `This is no JSON: ${(error as Error).message}`;
  }
}

/** The trigger as the API takes it. The filter must be JSON. */
export function bodyOf(draft: TriggerDraft, schema: OptionSchema, fn: string): TriggerBody {
  const { type, options, filter, delivery, enabled, rest } = draft;
  const set = Object.fromEntries(Object.entries(delivery).filter(([, value]) => value !== undefined && value !== ''));
  return {
    ...{ function: fn, type, options: withoutDefaults(schema, options), enabled },
    ...(filter.trim() !== '' && { filter: JSON.parse(filter) }),
    ...(Object.keys(set).length > 0 && { delivery: set as Delivery }),
    ...rest,
  };
}

/** What a trigger of this type reads from on this node, and what making it takes; `undefined` for sources elsewhere. */
export function sourceOf({ type, options }: Pick<TriggerDraft, 'type' | 'options'>): Source | undefined {
  if (type !== 'bucket' && type !== 'queue' && type !== 'topic') return undefined;
  const name = options[type];
  return typeof name === 'string' && name !== '' ? { kind: type, name } : undefined;
}

export interface Source {
  readonly kind: 'bucket' | 'queue' | 'topic';
  readonly name: string;
}

/** Makes a bucket, queue or topic, unless there is one. */
export async function makeSource({ kind, name }: Source): Promise<void> {
  if (kind === 'queue') await api.put('/v1/queues/{name}', { path: { name }, body: {} });
  else if (kind === 'topic') await api.put('/v1/topics/{name}', { path: { name } });
  else {
    const { buckets } = await api.get('/v1/buckets');
    if (!buckets.some((bucket) => bucket.name === name))
      await api.put('/v1/buckets/{bucket}', { path: { bucket: name } });
  }
}

/** Writes a trigger. With `revision` it changes one that stands so, and without only makes a new one. */
export async function writeTrigger(
  draft: TriggerDraft,
  schema: OptionSchema,
  fn: string,
  revision?: number,
): Promise<TriggerView> {
  const body = bodyOf(draft, schema, fn);
  if (draft.name === '') return api.post('/v1/triggers', { body });
  const headers: Record<string, string> =
    revision === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${revision}"` };
  return api.put('/v1/triggers/{name}', { path: { name: draft.name }, body, headers });
}

/** As `writeTrigger`, and before it the bucket, queue or topic that the trigger reads from, where that is missing. */
export async function saveTrigger(...given: Parameters<typeof writeTrigger>): Promise<TriggerView> {
  const source = sourceOf(given[0]);
  if (source !== undefined) await makeMissing(source);
  return writeTrigger(...given);
}

/** Who may not make things may well use one that is there: what is missing, the trigger itself says. */
async function makeMissing(source: Source): Promise<void> {
  try {
    await makeSource(source);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 403) throw error;
  }
}
