import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Path } from './source.ts';

/** The parts of a schema that words are made of. `words` completes "must be …". */
interface Described {
  readonly words?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
}

/** The first thing that does not fit a schema: where, and in words. `undefined` where all does. */
export function faultOf(schema: TSchema, value: unknown, noun: string): { path: Path; message: string } | undefined {
  if (Value.Check(schema, value)) return undefined;
  const errors = [...Value.Errors(schema, value)].filter(({ keyword }) => keyword !== 'boolean');
  const error = errors[0];
  if (error === undefined) return { path: [], message: `this is no ${noun}` };
  const path = error.instancePath.split('/').slice(1).map(unescaped);
  const described = schema as Described;
  const { keyword } = error;
  const params = error.params as Record<string, unknown>;
  if (keyword === 'additionalProperties') {
    const unknown = String(Object.values(params).flat()[0]);
    const known = Object.keys(within(described, path)?.properties ?? {});
    const choice = known.length === 0 ? '' : `; there are ${known.join(', ')}`;
    const place = path.length === 0 ? `a ${noun}` : `${path.join('.')} of a ${noun}`;
    return { path: [...path, unknown], message: `there is no "${unknown}" in ${place}${choice}` };
  }
  if (keyword === 'required') {
    const missing = (described.required ?? []).filter(
      (name) => (value as Record<string, unknown>)?.[name] === undefined,
    );
    return {
      path,
      message: `a ${noun} needs ${missing.length > 0 ? missing.join(', ') : Object.values(params).flat().join(', ')}`,
    };
  }
  if (path.length === 0) return { path, message: `a ${noun} is written as a map of settings` };
  const property = described.properties?.[String(path[0])];
  const name = path.join('.');
  if (property?.words !== undefined) return { path, message: `${name} must be ${property.words}` };
  const allowed = 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues)}` : '';
  const hint = keyword === 'pattern' && property?.description !== undefined ? ` (${property.description})` : '';
  return { path, message: `${name} ${error.message}${allowed}${hint}` };
}

/** What the schema says of a place in the value; `undefined` where it names no such property. */
function within(described: Described, path: Path): Described | undefined {
  return path.reduce<Described | undefined>((at, part) => at?.properties?.[String(part)], described);
}

/** A part of a JSON pointer. */
function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
