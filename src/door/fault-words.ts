import { type TSchema, Type } from 'typebox';
import { durationInWords } from '../observe/alerts/words.ts';
import { PATTERN_WORDS } from './pattern-words.ts';

/** Of what was sent, a message repeats no more. */
const MAX_REPEATED = 200;

/** What was sent, as much of it as a message repeats. */
export function repeated(text: string): string {
  return text.length > MAX_REPEATED ? `${text.slice(0, MAX_REPEATED)}…` : text;
}

/** What a schema finds wrong with a value, as TypeBox tells it. */
interface SchemaFault {
  readonly keyword: string;
  /** Where in the value, as a JSON pointer. */
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** What a person is told of one fault: what the value must be, not how the schema says so. */
export function faultInWords({ keyword, instancePath, message, params }: SchemaFault): string {
  const { limit, pattern, allowedValue, allowedValues, requiredProperties, additionalProperties } = params as Readonly<
    Record<string, unknown>
  >;
  const bound = (): string =>
    /Ms$/.test(instancePath) && typeof limit === 'number' ? `${limit} (${durationInWords(limit)})` : String(limit);
  switch (keyword) {
    case 'minimum':
      return `must be at least ${bound()}`;
    case 'maximum':
      return `must be at most ${bound()}`;
    case 'exclusiveMinimum':
      return `must be more than ${bound()}`;
    case 'exclusiveMaximum':
      return `must be less than ${bound()}`;
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minItems':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} items`;
    case 'maxItems':
      return `must have at most ${limit} items`;
    case 'const':
      return `must be ${JSON.stringify(allowedValue)}`;
    case 'enum':
      return `must be one of ${listed(allowedValues)}`;
    case 'required':
      return `must have ${listed(requiredProperties)}`;
    case 'additionalProperties':
      return `must not have additional properties: ${repeated([additionalProperties].flat().join(', '))}`;
    case 'pattern':
      return PATTERN_WORDS.get(String(pattern)) ?? message;
    default:
      return message;
  }
}

function listed(values: unknown): string {
  return [values]
    .flat()
    .map((each) => JSON.stringify(each))
    .join(', ');
}

/**
 * Of a schema of several kinds, told apart by constants such as `kind: 'slack'`, the one that the value says it is: what the
 * others lack tells nobody anything. A value that is no kind at all gets one that asks for the constant alone.
 */
export function meantSchema(schema: TSchema, value: unknown): TSchema {
  const kinds = (schema as { anyOf?: TSchema[] }).anyOf?.map((kind) => ({ kind, constants: constantsOf(kind) }));
  if (kinds === undefined || kinds.some(({ constants }) => constants.length === 0)) return schema;
  if (typeof value !== 'object' || value === null) return schema;
  const given = value as Readonly<Record<string, unknown>>;
  const meant = kinds.find(({ constants }) => constants.every(([name, constant]) => given[name] === constant));
  if (meant !== undefined) return meant.kind;
  const [name] = kinds[0]!.constants[0]!;
  const all = kinds.flatMap(({ constants }) => constants.filter(([each]) => each === name).map(([, each]) => each));
  return Type.Object({ [name]: Type.Enum(all.map(String)) });
}

function constantsOf(kind: TSchema): [name: string, constant: unknown][] {
  const { properties = {} } = kind as { properties?: Readonly<Record<string, { const?: unknown }>> };
  return Object.entries(properties).flatMap(([name, property]) =>
    property.const === undefined ? [] : [[name, property.const]],
  );
}
