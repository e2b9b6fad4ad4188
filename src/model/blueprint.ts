// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what this is about
import Type, { type Static } from 'typebox';
import { grantsOfTemplate, ROLE_TEMPLATES, type RoleTemplate } from './execution-role.ts';
import { FUNCTION_NAME_PATTERN } from './function.ts';
import { isObject } from './json.ts';
import { ONE_LINE_PATTERN, ONE_LINE_WORDS } from './one-line.ts';
import { Problem } from './problem.ts';

/** Names of blueprints, which are names of folders, too. */
export const BLUEPRINT_NAME_PATTERN = '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$';

const VALUE_NAME = '^[a-z][A-Za-z0-9]{0,63}$';
const SECRET_NAME = '^[A-Z][A-Z0-9_]{0,127}$';
const MAX_VALUE_LENGTH = 1_024;
const oneLine = new RegExp(ONE_LINE_PATTERN);
/** The value that every blueprint has: what its function is called, and what begins the names of all else. */
const NAME = 'name';

const strict = { additionalProperties: false } as const;
const text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description });
/** Entries by name; names and all texts in them may hold references such as `${bucket}`. */
const entries = (description: string) =>
  Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]), { description }),
  );

/** What a person is asked for. */
export const BlueprintValueSchema = Type.Object(
  {
    label: text(100, 'What it is, in a few words'),
    help: Type.Optional(text(500, 'What it is for, or an example')),
    default: Type.Optional(
      Type.String({ maxLength: MAX_VALUE_LENGTH, description: 'Absent: it must be given. `${name}` may stand in it' }),
    ),
    pattern: Type.Optional(text(500, 'A regular expression that the value must match')),
    type: Type.Optional(
      Type.Enum(['text', 'number'], {
        description: 'A `number` stays one where a setting is nothing else; default `text`',
      }),
    ),
  },
  strict,
);
type BlueprintValue = Static<typeof BlueprintValueSchema>;

const RoleSchema = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 1_000 })),
    templates: Type.Optional(
      Type.Partial(
        Type.Object(
          Object.fromEntries(
            Object.keys(ROLE_TEMPLATES).map((name) => [name, Type.Array(Type.String(), { minItems: 1 })]),
          ),
        ),
        { ...strict, description: 'Templates of execution roles, each with the names of what it is about' },
      ),
    ),
    grants: Type.Optional(Type.Array(Type.String(), { description: 'Grants that no template has' })),
  },
  strict,
);

/**
 * A blueprint: functions that do a common job, with what wakes them and what they use. Its sections are those of a project
 * file, in which references such as `${bucket}` stand for what a person is asked for; only roles are made of templates.
 */
export const BlueprintSchema = Type.Object(
  {
    title: text(80, 'What it does, in a few words'),
    summary: text(200, 'The same in one sentence'),
    shows: Type.Array(text(200, 'What can be learnt from it'), { minItems: 1, maxItems: 8 }),
    languages: Type.Array(Type.Enum(['python', 'javascript', 'typescript']), { minItems: 1, uniqueItems: true }),
    tags: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }), { maxItems: 10, uniqueItems: true }),
    values: Type.Record(Type.String({ pattern: VALUE_NAME }), BlueprintValueSchema, {
      ...strict,
      description: 'What a person is asked for, in this order; `name` is always there and always asked first',
    }),
    secrets: Type.Optional(
      Type.Record(
        Type.String({ pattern: SECRET_NAME }),
        Type.Object({ label: text(100, 'What it is'), help: Type.Optional(text(500, 'Where it comes from')) }, strict),
        { ...strict, description: 'What it must be given and no file may hold, by the name of its variable' },
      ),
    ),
    functions: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
      description: 'Functions by name, the one that matters most first: `path` to its code, and settings',
      minProperties: 1,
    }),
    roles: Type.Optional(Type.Record(Type.String(), RoleSchema)),
    triggers: entries('What wakes the functions'),
    buckets: entries('Buckets'),
    queues: entries('Queues'),
    topics: entries('Topics'),
    keyValues: entries('Key-value spaces with the keys that they begin with'),
  },
  strict,
);
export type Blueprint = Static<typeof BlueprintSchema>;

type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The sections of a project file, in the order in which they are written. */
const SECTIONS = ['functions', 'roles', 'triggers', 'buckets', 'queues', 'topics', 'keyValues'] as const;

/** What a blueprint makes: functions, their roles, triggers, services and secrets, as a project file has them. */
export type BlueprintResources = Readonly<Partial<Record<(typeof SECTIONS)[number] | 'secrets', Entries>>>;

/** All that a person is asked for, in order, `name` first. */
export function valuesOf(blueprint: Blueprint, name: string): Readonly<Record<string, BlueprintValue>> {
  return {
    [NAME]: {
      label: 'Name of the function',
      help: 'What belongs to it is called after it',
      default: name,
      pattern: FUNCTION_NAME_PATTERN,
    },
    ...blueprint.values,
  };
}

/**
 * What was given, completed by defaults. Throws `invalid_request` for a value that the blueprint does not know, that is
 * missing, or that does not match its pattern.
 */
export function completeValues(
  blueprint: Blueprint,
  name: string,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const asked = valuesOf(blueprint, name);
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(asked, key)) {
      throw wrong(key, `the blueprint "${name}" asks for no "${key}"; it asks for ${Object.keys(asked).join(', ')}`);
    }
  }
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(asked)) {
    // A default may name what was asked for before it.
    const filled = given[key] ?? (value.default === undefined ? undefined : String(filledAll(value.default, values)));
    if (filled === undefined) throw wrong(key, `the blueprint "${name}" needs "${key}": ${value.label.toLowerCase()}`);
    const fault = faultOfValue(value, filled);
    if (fault !== undefined) throw wrong(key, `"${key}" ${fault}`);
    values[key] = filled;
  }
  return values;
}

/** Why a value does not do, such as `must match …`; `undefined` where it does. */
export function faultOfValue({ pattern, help, type }: BlueprintValue, value: string): string | undefined {
  if (type === 'number' && !Number.isFinite(Number(value || 'none'))) return 'must be a number';
  if (value.length > MAX_VALUE_LENGTH) return `is longer than ${MAX_VALUE_LENGTH} characters`;
  if (!oneLine.test(value)) return `must be a text ${ONE_LINE_WORDS}`;
  if (pattern === undefined || new RegExp(pattern).test(value)) return undefined;
  return `must match ${pattern}${help === undefined ? '' : ` (${help})`}, and "${value.slice(0, 100)}" does not`;
}

/**
 * What a blueprint makes, with its references as they are: a project file fills them in. Roles have the grants of their
 * templates, and secrets the variables that bring their values.
 */
export function resourcesOf(blueprint: Blueprint): BlueprintResources {
  const roles = Object.entries(blueprint.roles ?? {}).map(([name, { description, templates = {}, grants = [] }]) => {
    const made = Object.entries(templates).flatMap(([template, names]) =>
      grantsOfTemplate(template as RoleTemplate, names as string[]),
    );
    return [name, { ...(description !== undefined && { description }), grants: [...made, ...grants] }] as const;
  });
  const written: Partial<Record<keyof BlueprintResources, unknown>> = {
    ...blueprint,
    ...(roles.length > 0 && { roles: Object.fromEntries(roles) }),
  };
  const sections = SECTIONS.flatMap((section) => {
    const found = written[section] as Entries | undefined;
    return found === undefined ? [] : [[section, found] as const];
  });
  const secrets = secretsOf(blueprint);
  return Object.fromEntries([...sections, ...(Object.keys(secrets).length > 0 ? [['secrets', secrets]] : [])]);
}

/** Secrets that functions see as variables: each is named after the function and given to those alone that have it. */
function secretsOf({ functions, secrets = {} }: Blueprint): Entries {
  const made: Record<string, { description: string; functions: string[]; value: string }> = {};
  for (const [fn, { secrets: wanted }] of Object.entries(functions)) {
    for (const [variable, name] of Object.entries((wanted ?? {}) as Record<string, string>)) {
      const about = secrets[variable];
      if (about === undefined) continue;
      made[name] ??= { description: about.label, functions: [], value: `\${${variable}}` };
      made[name].functions.push(fn);
    }
  }
  return made;
}

/** What a blueprint makes for these values; a reference to a secret that is not among them stays. */
export function filledResources(blueprint: Blueprint, values: Readonly<Record<string, string>>): BlueprintResources {
  const typed = Object.entries(values).map(([key, value]) => [key, typedValue(blueprint.values[key], value)] as const);
  const filled = filledAll(resourcesOf(blueprint), Object.fromEntries(typed)) as BlueprintResources;
  // An entry without settings is written as nothing.
  const whole = (entries: Entries) =>
    Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, entry ?? {}]));
  return Object.fromEntries(Object.entries(filled).map(([section, entries]) => [section, whole(entries)]));
}

/** A value as a project file has it. */
export function typedValue(value: BlueprintValue | undefined, given: string): string | number {
  return value?.type === 'number' ? Number(given) : given;
}

/** References that a blueprint's sections and defaults make to values and secrets that it does not have. */
export function unknownReferences(blueprint: Blueprint): string[] {
  const known = new Set([NAME, ...Object.keys(blueprint.values), ...Object.keys(blueprint.secrets ?? {})]);
  const defaults = Object.values(blueprint.values).map((value) => value.default ?? '');
  const found = JSON.stringify([resourcesOf(blueprint), defaults]).matchAll(REFERENCE);
  return [...new Set([...found].map(([, name]) => name!).filter((name) => !known.has(name)))];
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** A copy in which references are filled in, in names too; a text that is nothing else becomes the value as it is. */
function filledAll(value: unknown, values: Readonly<Record<string, string | number>>): unknown {
  if (typeof value === 'string') {
    const whole = /^\$\{([A-Za-z0-9_]+)\}$/.exec(value)?.[1];
    if (whole !== undefined && Object.hasOwn(values, whole)) return values[whole];
    return value.replace(REFERENCE, (text, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : text,
    );
  }
  if (Array.isArray(value)) return value.map((each) => filledAll(each, values));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [String(filledAll(name, values)), filledAll(each, values)]),
  );
}

function wrong(field: string, message: string): Problem {
  return new Problem('invalid_request', message, { details: { field } });
}
