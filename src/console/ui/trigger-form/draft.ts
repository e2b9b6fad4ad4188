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
