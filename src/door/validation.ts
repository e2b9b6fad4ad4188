import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Value } from 'typebox/value';
import { Problem } from '../model/problem.ts';
import { PATTERN_WORDS } from './pattern-words.ts';

/** Most faults of one request that an answer lists. */
const MAX_FAULTS = 10;

/** Of what was sent, a message repeats no more. */
const MAX_REPEATED = 200;

const PART_NAMES: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query parameter',
  params: 'path',
  headers: 'header',
};

/** Checks a part of a request by its schema; texts of a query or path are converted first. Compiles at the first use, not at the start. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let validator: Validator | undefined;
  return (value: unknown) => {
    const converted = httpPart === 'body' || hasWildcard(schema) ? value : Value.Convert(schema, value);
    validator ??= Compile(schema);
    if (validator.Check(converted)) return { value: converted };
    return { error: invalid(schema, converted, PART_NAMES[httpPart ?? ''] ?? 'request') };
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
  const faults = Value.Errors(schema, value)
    .filter(({ keyword }) => keyword !== 'boolean')
    .slice(0, MAX_FAULTS)
    .map(({ instancePath, message, keyword, params }) => {
      const extra = keyword === 'additionalProperties' ? `: ${cut(Object.values(params).flat().join(', '))}` : '';
      const allowed =
        keyword === 'enum' && 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues)}` : '';
      const words = 'pattern' in params ? PATTERN_WORDS.get(String(params.pattern)) : undefined;
      return {
        path: cut(instancePath.slice(1).replaceAll('/', '.')),
        message: words ?? `${message}${extra}${allowed}`,
      };
    });
  const first = faults[0];
  const place = first === undefined || first.path === '' ? where : `${where} "${first.path}"`;
  return new Problem('invalid_request', `${place} ${first?.message ?? 'does not fit its schema'}`, {
    details: { faults },
  });
}

function cut(text: string): string {
  return text.length > MAX_REPEATED ? `${text.slice(0, MAX_REPEATED)}…` : text;
}
