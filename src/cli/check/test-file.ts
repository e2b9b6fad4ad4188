import Type, { type Static } from 'typebox';
import { FunctionConfigSchema } from '../../model/function.ts';
import { faultOf } from '../../project/file/faults.ts';
import { readSource } from '../../project/file/source.ts';

const JsonValue = Type.Unknown();
const byName = <T extends Parameters<typeof Type.Record>[1]>(value: T) => Type.Record(Type.String(), value);
const strict = { additionalProperties: false } as const;

/** What backing services hold: texts as they are, other values as JSON. */
const ServicesSchema = Type.Object(
  {
    keyValues: Type.Optional(byName(byName(JsonValue))),
    buckets: Type.Optional(byName(Type.Union([byName(JsonValue), Type.Null()]))),
    queues: Type.Optional(byName(Type.Union([Type.Array(JsonValue), Type.Null()]))),
    topics: Type.Optional(Type.Array(Type.String())),
  },
  strict,
);
export type ServicesState = Static<typeof ServicesSchema>;

const ExpectSchema = Type.Object(
  {
    /** Exactly this. */
    result: Type.Optional(JsonValue),
    /** At least this: objects may hold more. */
    includes: Type.Optional(JsonValue),
    /** It fails, with this type of error, or with this in type or message. */
    error: Type.Optional(Type.String()),
    /** It logs a line that contains this. */
    logs: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
    withinMs: Type.Optional(Type.Number({ minimum: 1 })),
    /** What services hold afterwards: each thing that is named, and others besides. */
    services: Type.Optional(ServicesSchema),
  },
  strict,
);
export type Expectation = Static<typeof ExpectSchema>;

const CaseSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    /** One of these says what the function gets; none: an empty object. */
    event: Type.Optional(JsonValue),
    parameters: Type.Optional(byName(JsonValue)),
    /** A type of trigger with its words and options, such as `bucket uploads --suffix .txt`. */
    sample: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
    /** Laid over the data of the sample. */
    data: Type.Optional(JsonValue),
    expect: Type.Optional(ExpectSchema),
  },
  strict,
);
export type TestCase = Static<typeof CaseSchema>;

const TestFileSchema = Type.Object(
  {
    /** Settings of the function, by their names in the API. */
    config: Type.Optional(Type.Partial(FunctionConfigSchema, strict)),
    /** What services hold before each test. */
    given: Type.Optional(ServicesSchema),
    tests: Type.Array(CaseSchema, { minItems: 1, maxItems: 1_000 }),
  },
  strict,
);
export type TestFile = Static<typeof TestFileSchema>;

/** Reads the tests of a function. Throws `invalid_request` that names line and column. */
export function readTestFile(text: string, fileName: string): TestFile {
  const source = readSource(text, fileName);
  const fault = faultOf(TestFileSchema, source.content, 'file of tests');
  if (fault !== undefined) throw source.problem(fault.path, fault.message);
  const file = source.content as TestFile;
  const names = new Set<string>();
  for (const [index, { name, event, parameters, sample, data }] of file.tests.entries()) {
    const fail = (key: string, why: string) => source.problem(['tests', index, key], why);
    if (names.has(name)) throw fail('name', `there are two tests named "${name}"`);
    names.add(name);
    const ways = [event, parameters, sample].filter((way) => way !== undefined).length;
    if (ways > 1) throw fail('name', `the test "${name}" gives more than one of event, parameters and sample`);
    if (data !== undefined && sample === undefined) throw fail('data', 'data is laid over a sample: name one');
  }
  return file;
}
