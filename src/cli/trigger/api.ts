import { closest } from '../../model/suggest.ts';
import type { Delivery, Trigger } from '../../model/trigger.ts';
import type { NodeClient } from '../client.ts';
import { EXIT, Failure } from '../failure.ts';

/** What the native API answers about triggers, as far as the command line reads it. */
export interface TriggerView extends Omit<Trigger, 'delivery'> {
  readonly delivery?: Delivery;
  readonly revision: number;
  readonly createdAt: string;
  readonly summary: string;
  readonly state: 'running' | 'connecting' | 'failed' | 'paused';
  readonly lastError?: { readonly message: string; readonly atMs: number };
  readonly lastEventAtMs?: number;
  readonly counts: Readonly<Record<'accepted' | 'filtered' | 'delivered' | 'lost', number>>;
  readonly waiting: number;
  readonly lagMs: number;
  readonly next?: readonly number[];
  readonly path?: string;
}

/** A kind of trigger. */
export interface TypeView {
  readonly name: string;
  readonly summary: string;
  readonly options: OptionSchema;
  readonly batches: boolean;
  readonly called: boolean;
}

/** The part of JSON Schema that options are described by. */
export interface OptionSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: OptionSchema;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
}

export function triggerPath(name: string, rest = ''): string {
  return `/v1/triggers/${encodeURIComponent(name)}${rest}`;
}

export async function allTriggers(
  client: NodeClient,
  filter: Readonly<Record<string, string | undefined>> = {},
): Promise<TriggerView[]> {
  return (await client.json<{ triggers: TriggerView[] }>('GET', '/v1/triggers', { query: filter })).triggers;
}

export async function allTypes(client: NodeClient): Promise<TypeView[]> {
  return (await client.json<{ types: TypeView[] }>('GET', '/v1/trigger-types')).types;
}

/** The type of this name; a usage failure suggests the one that was meant. */
export function typeNamed(types: readonly TypeView[], name: string): TypeView {
  const found = types.find((type) => type.name === name);
  if (found !== undefined) return found;
  const names = types.map((type) => type.name);
  const meant = closest(name, names);
  throw new Failure(EXIT.usage, `there is no type of trigger "${name}"; there are ${names.join(', ')}`, {
    hint: meant === undefined ? 'fob trigger types shows them' : `did you mean ${meant}?`,
  });
}

/** Runs a request about one trigger; where there is none of that name, the failure suggests the one that was meant. */
export async function aboutTrigger<T>(client: NodeClient, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== EXIT.notFound) throw error;
    const all = await allTriggers(client).catch(() => []);
    if (all.some((each) => each.name === name)) throw error;
    const meant = closest(
      name,
      all.map((each) => each.name),
    );
    const hint = meant === undefined ? 'fob trigger list shows all triggers' : `did you mean ${meant}?`;
    throw new Failure(EXIT.notFound, `there is no trigger "${name}"`, { hint, body: error.body, cause: error });
  }
}
