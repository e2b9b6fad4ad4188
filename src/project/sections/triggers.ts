import Type from 'typebox';
import { FUNCTION_NAME_PATTERN } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import { TriggerSchema } from '../../model/trigger.ts';
import { demand, type ProjectApi, sendDocument } from '../api.ts';
import type { Actual, Section } from '../section.ts';

interface OptionSchema {
  readonly format?: string;
  readonly default?: unknown;
}
interface TypeView {
  readonly name: string;
  readonly options: { readonly properties?: Readonly<Record<string, OptionSchema>> };
}
interface TriggerView {
  readonly name: string;
  readonly revision: number;
  readonly createdAt: string;
  readonly [field: string]: unknown;
}

/** How the API shows a secret; given back, it leaves the secret as it is. */
const HIDDEN = '(secret)';
const OPTIONAL = ['filter', 'mapping', 'orderBy', 'delivery'] as const;
const { filter, mapping, orderBy, delivery, type } = TriggerSchema.properties;

/** Triggers, as `fob trigger apply` reads them: `function`, `type` and its `options`, filter, mapping, delivery. */
export const triggers: Section = {
  key: 'triggers',
  noun: 'trigger',
  namePattern: FUNCTION_NAME_PATTERN,
  schema: Type.Object(
    {
      function: Type.String({ pattern: FUNCTION_NAME_PATTERN, description: 'the function that it wakes' }),
      type,
      options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      filter,
      mapping,
      orderBy,
      delivery,
      enabled: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  async read(_name, entry, { api }) {
    const types = await typesOf(api);
    const known = types.find(({ name }) => name === entry.type);
    if (known === undefined) {
      throw new Problem(
        'invalid_request',
        `there is no type of trigger "${entry.type}"; there are ${types.map(({ name }) => name).join(', ')}`,
        { details: { field: 'type' } },
      );
    }
    const given = (entry.options ?? {}) as Readonly<Record<string, unknown>>;
    const properties = known.options.properties ?? {};
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(properties, name));
    if (unknown !== undefined) {
      throw new Problem(
        'invalid_request',
        `a trigger of type ${known.name} has no option "${unknown}"; it has ${Object.keys(properties).join(', ')}`,
        { details: { field: `options.${unknown}` } },
      );
    }
    const options: Record<string, unknown> = {};
    const secrets: Record<string, string> = {};
    for (const [name, { format, default: fallback }] of Object.entries(properties)) {
      const value = given[name] ?? fallback;
      if (value === undefined) continue;
      // An empty one is none, and shown as it is.
      if (format === 'secret' && value !== '') secrets[`options.${name}`] = String(value);
      else options[name] = value;
    }
    const optional = OPTIONAL.map((field) => [field, entry[field] ?? null]);
    return {
      fields: {
        function: entry.function,
        type: entry.type,
        options,
        ...Object.fromEntries(optional),
        enabled: entry.enabled ?? true,
      },
      usual: { enabled: true },
      ...(Object.keys(secrets).length > 0 && { secrets }),
    };
  },
  async current(api, names) {
    const { triggers: all } = await api.json<{ triggers: TriggerView[] }>('GET', '/v1/triggers');
    const found = new Map<string, Actual>();
    for (const view of all) if (names.includes(view.name)) found.set(view.name, actualOf(view));
    return found;
  },
  async apply({ name, wanted, actual }, { api }) {
    if (actual !== undefined && actual.fields.type !== wanted.fields.type) {
      await api.json('DELETE', pathOf(name), { headers: demand(actual.revision) });
    }
    const isNew = actual === undefined || actual.fields.type !== wanted.fields.type;
    const fields = Object.entries(wanted.fields).filter(([, value]) => value !== null);
    const options: Record<string, unknown> = { ...(wanted.fields.options as object) };
    for (const [path, value] of Object.entries(wanted.secrets ?? {})) options[path.slice('options.'.length)] = value;
    const body = { ...Object.fromEntries(fields), options };
    await sendDocument(api, 'PUT', pathOf(name), body, demand(isNew ? 0 : actual.revision));
  },
  async remove(name, { revision }, { api }) {
    await api.json('DELETE', pathOf(name), { headers: demand(revision) });
  },
};

function actualOf(view: TriggerView): Actual {
  const options = Object.entries(view.options as object).filter(([, value]) => value !== HIDDEN);
  const optional = OPTIONAL.map((field) => [field, view[field] ?? null]);
  return {
    fields: {
      function: view.function,
      type: view.type,
      options: Object.fromEntries(options),
      ...Object.fromEntries(optional),
      enabled: view.enabled,
    },
    revision: view.revision,
  };
}

/** Asked once for all triggers of a file. */
const asked = new WeakMap<ProjectApi, Promise<readonly TypeView[]>>();
function typesOf(api: ProjectApi): Promise<readonly TypeView[]> {
  let types = asked.get(api);
  if (types === undefined) {
    types = api.json<{ types: TypeView[] }>('GET', '/v1/trigger-types').then((answer) => answer.types);
    asked.set(api, types);
  }
  return types;
}

function pathOf(name: string): string {
  return `/v1/triggers/${encodeURIComponent(name)}`;
}
