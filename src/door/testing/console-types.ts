/** Types of the API for the console, made from the node's OpenAPI document. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: Schema }[];
  readonly requestBody?: Content;
  readonly responses?: Readonly<Record<string, Content>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A shape that occurs more than once gets a name of its own from this many characters on. */
const MIN_SHARED_LENGTH = 160;
const HEADER = "// Made from the node's OpenAPI document by UPDATE_PAGES=1 ./fob test console-types; do not edit.\n";

/** One module: `Api` says for each `METHOD /path` what it takes and answers. */
export function consoleTypes({ paths }: OpenApi): string {
  const seen = new Map<string, number>();
  const count = (schema: Schema): void => {
    const text = typeOf(schema, () => undefined);
    if (schema.type === 'object' && text.length >= MIN_SHARED_LENGTH) seen.set(text, (seen.get(text) ?? 0) + 1);
    for (const inner of innerOf(schema)) count(inner);
  };
  for (const { operation } of operationsOf(paths)) for (const schema of schemasOf(operation)) count(schema);

  const names = new Map<string, string>();
  const shared: string[] = [];
  const named = (schema: Schema, hint: string): string => {
    const nameOfShared = (each: Schema): string | undefined => {
      const plain = typeOf(each, () => undefined);
      if ((seen.get(plain) ?? 0) < 2) return undefined;
      const known = names.get(plain);
      if (known !== undefined) return known;
      const name = unique(hint, names);
      names.set(plain, name);
      shared.push(`export type ${name} = ${inside(each)};\n`);
      return name;
    };
    const inside = (each: Schema): string => typeOf(each, nameOfShared, true);
    return typeOf(schema, nameOfShared);
  };

  const lines = operationsOf(paths).map(({ key, operation }) => {
    const hint = capital(operation.operationId ?? key.replace(/[^A-Za-z]+/g, '_'));
    const part = (place: string): string | undefined => {
      const parameters = (operation.parameters ?? []).filter((each) => each.in === place);
      if (parameters.length === 0) return undefined;
      const fields = parameters.map(
        ({ name, required, schema }) =>
          `${keyOf(name)}${required || place === 'path' ? '' : '?'}: ${named(schema, hint)}`,
      );
      return `{ ${fields.join('; ')} }`;
    };
    const body = operation.requestBody && bodyOf(operation.requestBody);
    const fields = [
      ['path', part('path')],
      ['query', part('query')],
      ['body', body && (body.schema === undefined ? 'Blob | FormData | string' : named(body.schema, `${hint}Body`))],
      ['answer', answerOf(operation, (schema) => named(schema, `${hint}Answer`))],
    ].flatMap(([name, type]) => (type === undefined ? [] : [`${name}: ${type}`]));
    return `  /** ${operation.summary ?? ''} */\n  ${JSON.stringify(key)}: { ${fields.join('; ')} };\n`;
  });
  return `${HEADER}\n${shared.join('\n')}\nexport interface Api {\n${lines.join('')}}\n`;
}

function operationsOf(paths: OpenApi['paths']): { key: string; operation: Operation }[] {
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== 'options')
        .map(([method, operation]) => ({ key: `${method.toUpperCase()} ${path}`, operation })),
    );
}

function schemasOf(operation: Operation): Schema[] {
  const contents = [
    operation.requestBody,
    ...Object.entries(operation.responses ?? {})
      .filter(([code]) => code.startsWith('2'))
      .map(([, each]) => each),
  ];
  return contents.flatMap((each) => Object.values(each?.content ?? {}).flatMap(({ schema }) => schema ?? []));
}

/** JSON where it can be sent; else whatever a browser can send. */
function bodyOf({ content }: Content): { schema?: Schema } {
  const schema = content?.['application/json']?.schema;
  return schema === undefined ? {} : { schema };
}

function answerOf({ responses = {} }: Operation, typed: (schema: Schema) => string): string {
  const types = Object.entries(responses)
    .filter(([code]) => code.startsWith('2'))
    .map(([code, { content }]) => {
      const schema = content?.['application/json']?.schema;
      if (code === '204' || schema?.type === 'null') return 'undefined';
      return schema === undefined ? 'unknown' : typed(schema);
    });
  return types.length === 0 ? 'unknown' : [...new Set(types)].join(' | ');
}

function innerOf(schema: Schema): Schema[] {
  const { additionalProperties: more } = schema;
  return [
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
    ...(schema.items ? [schema.items] : []),
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.patternProperties ?? {}),
    ...(typeof more === 'object' ? [more] : []),
  ];
}

/** `nameOf` gives shapes that have a name; `itself` writes this one out although it has. */
function typeOf(schema: Schema, nameOf: (schema: Schema) => string | undefined, itself = false): string {
  const inner = (each: Schema): string => typeOf(each, nameOf);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice !== undefined) return [...new Set(choice.map(inner))].map(braced).join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map(inner).map(braced).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => inner({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return schema.items === undefined ? 'unknown[]' : `${braced(inner(schema.items))}[]`;
    case 'object':
      return (itself ? undefined : nameOf(schema)) ?? objectOf(schema, inner);
    default:
      return 'unknown';
  }
}

function objectOf(schema: Schema, inner: (schema: Schema) => string): string {
  const { properties = {}, required = [], additionalProperties: more } = schema;
  const fields = Object.entries(properties).map(
    ([name, each]) => `${keyOf(name)}${required.includes(name) ? '' : '?'}: ${inner(each)}`,
  );
  const values = Object.values(schema.patternProperties ?? {})[0] ?? (typeof more === 'object' ? more : undefined);
  if (fields.length === 0) return values === undefined ? 'Record<string, unknown>' : `Record<string, ${inner(values)}>`;
  return `{ ${fields.join('; ')} }${more === true ? ' & Record<string, unknown>' : ''}`;
}

function braced(type: string): string {
  return / [|&] /.test(type) && !/^\{[^{}]*\}$/.test(type) ? `(${type})` : type;
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function unique(hint: string, names: ReadonlyMap<string, string>): string {
  const taken = new Set(names.values());
  if (!taken.has(hint)) return hint;
  for (let at = 2; ; at++) if (!taken.has(`${hint}${at}`)) return `${hint}${at}`;
}
