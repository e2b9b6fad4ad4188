import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Value } from 'typebox/value';
import { Problem } from '../model/problem.ts';
import { faultInWords, meantSchema, repeated } from './fault-words.ts';

/** Most faults of one request that an answer lists. */
const MAX_FAULTS = 10;

interface Fault {
  readonly path: string;
  readonly message: string;
}

const PART_NAMES = { body: 'body', querystring: 'query parameter', params: 'path', headers: 'header' } as const;

/** Checks a part of a request by its schema; texts of a query or path are converted first. Compiles at the first use, not at the start. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let validator: Validator | undefined;
  return (value: unknown) => {
    const converted = httpPart === 'body' || hasWildcard(schema) ? value : Value.Convert(schema, value);
    validator ??= Compile(schema);
    if (validator.Check(converted)) return { value: converted };
    return { error: invalid(schema, converted, PART_NAMES[httpPart as keyof typeof PART_NAMES] ?? 'request') };
  };
};

/** The rest of a path is called `*`, which the conversion would take for a pattern; with it all parameters are texts. */
function hasWildcard(schema: TSchema): boolean {
  return Object.hasOwn((schema as { properties?: object }).properties ?? {}, '*');
}

/** The value where it fits the schema; throws `invalid_request` saying what of `where` does not. */
export function checked<T extends TSchema>(schema: T, value: unknown, where: string): unknown {
  if (Value.Check(schema, value)) return value;
  throw invalid(schema, value, where);
}

function invalid(schema: TSchema, value: unknown, where: string): Problem {
  const faults = Value.Errors(meantSchema(schema, value), value)
    .filter(({ keyword }) => keyword !== 'boolean')
    .slice(0, MAX_FAULTS)
    .map((fault) => ({
      path: repeated(fault.instancePath.slice(1).replaceAll('/', '.')),
      message: faultInWords(fault),
    }));
  return new Problem('invalid_request', inWords(faults[0], value, where), { details: { faults } });
}

function inWords(first: Fault | undefined, value: unknown, where: string): string {
  if (first === undefined) return `${where} does not fit its schema`;
  const { path, message } = first;
  if (path === '') return `${where} ${message}`;
  // Whoever asks about one thing knows its name, and not what the route calls it.
  const given = where === PART_NAMES.params ? (value as Readonly<Record<string, unknown>>)[path] : undefined;
  return typeof given === 'string' ? `"${repeated(given)}" ${message}` : `${where} "${path}" ${message}`;
}
