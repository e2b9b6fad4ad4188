import type { TObject, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { Problem } from '../model/problem.ts';
import type { TriggerType } from './trigger-type.ts';

/** What stands for a secret wherever it is shown. */
export const SECRET = '(secret)';
const MAX_FAULTS = 5;

/**
 * Options with their defaults, as their type's schema wants them. Throws `invalid_request` for what it does not know or
 * take, and what the type's own `check` throws.
 */
export async function checkedOptions(
  type: TriggerType,
  options: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const complete = completeOptions(type, options);
  await type.check?.(complete);
  return complete;
}

/** As `checkedOptions`, without the type's own check. */
export function completeOptions(
  type: TriggerType,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = Object.keys(type.options.properties);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const all = known.length === 0 ? 'none' : known.join(', ');
    throw new Problem('invalid_request', `a trigger of type ${type.name} has no option "${unknown}"; it has ${all}`);
  }
  const complete = withDefaults(type.options, options);
  if (!Value.Check(type.options, complete)) throw invalid(type, complete);
  return complete;
}

export function withDefaults(schema: TObject, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Value.Default(schema, structuredClone(options)) as Record<string, unknown>;
}

function invalid(type: TriggerType, options: Record<string, unknown>): Problem {
  const faults = Value.Errors(type.options, options)
    .slice(0, MAX_FAULTS)
    .map(({ instancePath, message, keyword, params }) => {
      const allowed =
        keyword === 'enum' && 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues)}` : '';
      const [option = ''] = instancePath.slice(1).split('/');
      const { description } = (type.options.properties[option] ?? {}) as { description?: string };
      // A regular expression is for machines.
      const words = keyword === 'pattern' && description !== undefined && `is not as it must be: ${description}`;
      return { path: instancePath.slice(1).replaceAll('/', '.'), message: words || `${message}${allowed}` };
    });
  const first = faults[0];
  const missing = (type.options.required ?? []).filter((name) => options[name] === undefined);
  if (missing.length > 0) {
    throw new Problem(
      'invalid_request',
      `a trigger of type ${type.name} needs ${missing.join(', ')}; fob trigger types ${type.name} explains its options`,
      { details: { faults } },
    );
  }
  const where = first === undefined || first.path === '' ? '' : ` "${first.path}"`;
  const why = first?.message ?? 'do not fit their schema';
  return new Problem('invalid_request', `the options of a ${type.name} trigger: option${where} ${why}`, {
    details: { faults },
  });
}

/** Options as they are kept: what the schema calls a secret is sealed. */
export function sealSecrets(
  schema: TSchema,
  options: unknown,
  seal: (plain: string) => string,
): Record<string, unknown> {
  return mapSecrets(schema, options, (plain) => (plain === '' ? '' : seal(plain))) as Record<string, unknown>;
}

/** The opposite of `sealSecrets`. */
export function openSecrets(
  schema: TSchema,
  options: unknown,
  open: (sealed: string) => string,
): Record<string, unknown> {
  return mapSecrets(schema, options, (sealed) => (sealed === '' ? '' : open(sealed))) as Record<string, unknown>;
}

/** Options as they are shown. */
export function hideSecrets(schema: TSchema, options: unknown): Record<string, unknown> {
  return mapSecrets(schema, options, (text) => (text === '' ? '' : SECRET)) as Record<string, unknown>;
}

/** New options, in which a secret that was given as it is shown is the one of before. Throws `invalid_request` where there was none. */
export function keepSecrets(schema: TSchema, options: unknown, before: unknown): Record<string, unknown> {
  const kept = mapSecrets(
    schema,
    options,
    (text, previous) => {
      if (text !== SECRET) return text;
      if (typeof previous === 'string') return previous;
      throw new Problem(
        'invalid_request',
        `"${SECRET}" stands for a secret that was set before, and none was: give it`,
      );
    },
    before,
  );
  return kept as Record<string, unknown>;
}

type Change = (text: string, previous: unknown) => string;

/** A copy in which every text whose schema has `format: 'secret'` is changed; `previous` is walked along. */
function mapSecrets(schema: TSchema, value: unknown, change: Change, previous?: unknown): unknown {
  const { format, properties, items, anyOf } = schema as {
    format?: string;
    properties?: Record<string, TSchema>;
    items?: TSchema;
    anyOf?: TSchema[];
  };
  if (typeof value === 'string') {
    return format === 'secret' || anyOf?.some(isSecret) === true ? change(value, previous) : value;
  }
  if (Array.isArray(value)) {
    if (items === undefined) return value;
    const before = Array.isArray(previous) ? previous : [];
    return value.map((each, index) => mapSecrets(items, each, change, before[index]));
  }
  if (typeof value !== 'object' || value === null || properties === undefined) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (own === undefined) return [name, each];
      const before = (previous as Record<string, unknown> | undefined | null)?.[name];
      return [name, mapSecrets(own, each, change, before)];
    }),
  );
}

function isSecret(schema: TSchema): boolean {
  return (schema as { format?: string }).format === 'secret';
}
