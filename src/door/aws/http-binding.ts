import { FromStringShapeDeserializer, ToStringShapeSerializer } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema } from '@smithy/types';
import { AwsError } from './aws-error.ts';
import { queryValue, type Target } from './canonical.ts';

/** One member of an operation's input or output, and where HTTP carries it. */
export interface Binding {
  readonly member: string;
  readonly schema: NormalizedSchema;
  readonly required: boolean;
  readonly place: 'label' | 'header' | 'prefix-headers' | 'query' | 'stream' | 'payload' | 'body';
  /** Name of the header or parameter, or the prefix of headers; lower-case for headers. */
  readonly wire: string;
}

/** An operation of a service, as its model binds it to HTTP. */
export interface BoundOperation {
  readonly name: string;
  readonly method: string;
  /** Whether its path ends with a key; whether it is about a bucket at all. */
  readonly hasKey: boolean;
  readonly hasBucket: boolean;
  /** Parameters that mark it. An empty value stands for any. */
  readonly marks: readonly (readonly [name: string, value: string])[];
  readonly status: number;
  readonly input: readonly Binding[];
  readonly output: readonly Binding[];
  readonly outputSchema: NormalizedSchema;
}

const SETTINGS = { httpBindings: true, timestampFormat: { useTrait: true, default: 5 as const } };
const fromText = new FromStringShapeDeserializer(SETTINGS);
const toText = new ToStringShapeSerializer(SETTINGS);
const WHOLE_NUMBER = /^-?\d{1,15}$/;
/** Tells operations of one path apart in clients' logs; means nothing. */
const X_ID = 'x-id';

/** Reads an operation of a client's runtime schema. */
export function bindOperation(schema: StaticOperationSchema): BoundOperation {
  const [, , name, traits, inputRef, outputRef] = schema;
  const [method, uri, status] = (traits as { http: [string, string, number] }).http;
  const [path, search = ''] = uri.split('?') as [string, string?];
  const input = bind(NormalizedSchema.of(inputRef));
  const outputSchema = NormalizedSchema.of(outputRef);
  return {
    name,
    method,
    hasKey: path.includes('{Key+}'),
    hasBucket: input.some(({ member, required }) => member === 'Bucket' && required),
    marks: [...new URLSearchParams(search)].filter(([each]) => each !== X_ID),
    status,
    input,
    output: bind(outputSchema),
    outputSchema,
  };
}

function bind(struct: NormalizedSchema): Binding[] {
  if (!struct.isStructSchema()) return [];
  const requiredMembers = (struct.getSchema() as readonly unknown[])[6];
  return [...struct.structIterator()].map(([member, schema], index) => {
    const traits = schema.getMergedTraits();
    const required = index < (typeof requiredMembers === 'number' ? requiredMembers : 0);
    const at = (place: Binding['place'], wire = '') => ({ member, schema, required, place, wire });
    if (traits.httpHeader) return at('header', traits.httpHeader.toLowerCase());
    if (traits.httpPrefixHeaders) return at('prefix-headers', traits.httpPrefixHeaders.toLowerCase());
    if (traits.httpQuery) return at('query', traits.httpQuery);
    if (schema.isStreaming()) return at('stream');
    if (traits.httpPayload) return at('payload');
    return traits.httpLabel ? at('label') : at('body');
  });
}

/** Finds the operation of a request: the one with most of its marks and demanded parameters present. */
export function findOperation(
  operations: readonly BoundOperation[],
  request: {
    readonly method: string;
    readonly target: Target;
    readonly headers: ReadonlyMap<string, string>;
    readonly hasBucket: boolean;
    readonly hasKey: boolean;
  },
): BoundOperation | undefined {
  let best: BoundOperation | undefined;
  let bestScore = -1;
  for (const operation of operations) {
    if (operation.method !== request.method) continue;
    if (operation.hasKey !== request.hasKey || operation.hasBucket !== request.hasBucket) continue;
    const score = scoreOf(operation, request);
    if (score > bestScore) [best, bestScore] = [operation, score];
  }
  return best;
}

function scoreOf(
  { marks, input }: BoundOperation,
  { target, headers }: { target: Target; headers: ReadonlyMap<string, string> },
): number {
  for (const [name, value] of marks) {
    const given = queryValue(target, name);
    if (given === undefined || (value !== '' && value !== given)) return -1;
  }
  let score = marks.length;
  for (const { required, place, wire } of input) {
    if (!required || (place !== 'query' && place !== 'header')) continue;
    if (place === 'query' ? queryValue(target, wire) === undefined : !headers.has(wire)) return -1;
    score++;
  }
  return score;
}

/** The members of an input that come in the query and the headers; throws `InvalidArgument` for values that are none. */
export function readBindings(
  operation: BoundOperation,
  target: Target,
  headers: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const { member, schema, place, wire } of operation.input) {
    if (place === 'prefix-headers') {
      input[member] = Object.fromEntries(
        [...headers]
          .filter(([name]) => name.startsWith(wire))
          .map(([name, value]) => [name.slice(wire.length), fromHeader(value)]),
      );
      continue;
    }
    if (place !== 'query' && place !== 'header') continue;
    const text = place === 'query' ? queryValue(target, wire) : headers.get(wire);
    const value =
      text === undefined ? undefined : readValue(schema, place === 'header' ? fromHeader(text) : text, wire);
    if (value !== undefined) input[member] = value;
  }
  return input;
}

function readValue(schema: NormalizedSchema, text: string, wire: string): unknown {
  if (schema.isNumericSchema()) {
    if (WHOLE_NUMBER.test(text)) return Number(text);
    // An empty number is one that is not given.
    if (text === '') return undefined;
    throw new AwsError(400, 'InvalidArgument', `Provided ${wire} not an integer or within integer range`, {
      details: { ArgumentName: wire, ArgumentValue: text },
    });
  }
  try {
    return fromText.read(schema, text);
  } catch {
    // HTTP says of dates that are none that they are to be ignored.
    return undefined;
  }
}

/** The head of an answer from an output's members: alternating names and values. */
export function writeHeaders(operation: BoundOperation, output: Readonly<Record<string, unknown>>): string[] {
  const headers: string[] = [];
  for (const { member, schema, place, wire } of operation.output) {
    const value = output[member];
    if (value === undefined || value === null) continue;
    if (place === 'header') {
      toText.write(schema, value);
      headers.push(wire, toHeader(toText.flush()));
    } else if (place === 'prefix-headers') {
      for (const [name, text] of Object.entries(value)) headers.push(wire + name, toHeader(String(text)));
    }
  }
  return headers;
}

/** Header bytes are UTF-8 where they can be; Node hands them over as one character a byte. */
export function fromHeader(value: string): string {
  if (isAscii(value)) return value;
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? value : text;
}

export function toHeader(value: string): string {
  return isAscii(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7e) return false;
  return true;
}
