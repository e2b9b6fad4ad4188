import Type from 'typebox';
import { FUNCTION_NAME_PATTERN, FunctionConfigSchema } from '../../model/function.ts';
import { StatedOriginSchema } from '../../model/origin.ts';
import { TARGET_PATTERN } from '../../model/target.ts';
import { LOG_LEVELS } from '../../store/journal.ts';

export const NameParameters = Type.Object({
  name: Type.String({ pattern: FUNCTION_NAME_PATTERN, description: "A function's name or id" }),
});

export const TargetParameters = Type.Object({
  name: Type.String({
    pattern: TARGET_PATTERN,
    description: "A function's name or id, with a version's number or an alias behind a colon where one is meant",
  }),
});

export const PartialConfig = Type.Partial(FunctionConfigSchema, { additionalProperties: false });

/** Who made a version, and from what. */
export const Origin = Type.Object(
  {
    by: Type.String({ description: 'A user, a token, `operator`, or what acts by itself' }),
    ...StatedOriginSchema.properties,
  },
  { description: 'Who made the version that serves, and from what' },
);

export const CodeAnswer = Type.Object({
  form: Type.Enum(['inline', 'zip', 'tar.gz']),
  bytes: Type.Integer({ description: 'Size of what was uploaded' }),
  sha256: Type.String({ description: 'Digest of what was uploaded' }),
  fileName: Type.Optional(Type.String()),
  files: Type.Integer({ description: 'Files after the build' }),
  builtBytes: Type.Integer({ description: 'Size after the build' }),
});

/** A function as the native API shows it. */
export const FunctionView = Type.Object({
  name: Type.String(),
  id: Type.String({ description: 'Its id in the FoB door' }),
  version: Type.Integer({ description: 'Number of the version that serves' }),
  revision: Type.Integer({ description: 'Also the ETag; give it in If-Match to change only what you have seen' }),
  createdAt: Type.String({ description: 'When the function was created' }),
  updatedAt: Type.String({ description: 'When the version that serves was made' }),
  config: FunctionConfigSchema,
  code: CodeAnswer,
  newestVersion: Type.Integer({ description: 'The highest number given so far, which a rollback does not lower' }),
  aliases: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        versions: Type.Array(Type.Object({ version: Type.Integer(), weight: Type.Number() })),
      }),
      { description: 'Where a function is shown alone' },
    ),
  ),
  origin: Type.Optional(Origin),
});

export const FunctionPage = Type.Object({
  functions: Type.Array(FunctionView),
  cursor: Type.Optional(Type.String({ description: 'Give it as `cursor` for the next page; absent on the last one' })),
});

/** RFC 9457. */
export const ProblemAnswer = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What happened and what to do' }),
    code: Type.String({ description: 'What happened, for programs; docs/reference/problems.md lists them' }),
  },
  { additionalProperties: true },
);

/** Items of a page whose request gives no `limit`. */
export const DEFAULT_PAGE = 100;

export const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1000, description: `Most items; default ${DEFAULT_PAGE}` }),
);
export const cursor = Type.Optional(Type.String({ maxLength: 1024, description: 'Cursor of the page before' }));

const time = (description: string) =>
  Type.Optional(
    Type.String({
      maxLength: 64,
      description: `${description}: ISO 8601, milliseconds since 1970, or an age such as \`15m\`, \`2h\`, \`7d\``,
    }),
  );

export const from = time('Not older than');
export const to = time('Not newer than');
export const functionFilter = Type.Optional(Type.String({ maxLength: 128, description: "A function's name or id" }));
export const minLevel = Type.Optional(Type.Enum([...LOG_LEVELS], { description: 'This level and graver ones' }));
export const textFilter = Type.Optional(
  Type.String({ maxLength: 1024, description: 'Only lines that contain this text, ignoring case' }),
);

const logLine = {
  id: Type.Optional(Type.String({ description: 'Where it is in the journal; export goes on behind it' })),
  timeMs: Type.Number(),
  function: Type.String(),
  version: Type.Integer(),
  invocationId: Type.Optional(Type.String()),
  sandboxId: Type.String(),
  stream: Type.Enum(['stdout', 'stderr', 'platform']),
  level: Type.Enum([...LOG_LEVELS]),
  text: Type.String(),
  message: Type.Optional(Type.String({ description: 'Of a line that is a JSON object: what it says' })),
  loggedAtMs: Type.Optional(
    Type.Number({ description: 'Of a line that is a JSON object: when it claims to be written' }),
  ),
};

const besideLines = Type.Optional(Type.Array(Type.Object(logLine)));

export const LogLine = Type.Object({ ...logLine, before: besideLines, after: besideLines });

export const InvocationView = Type.Object({
  invocationId: Type.String(),
  function: Type.String(),
  version: Type.Integer(),
  door: Type.String(),
  eventId: Type.Optional(Type.String({ description: 'The event that it delivered' })),
  lane: Type.Optional(Type.String({ description: 'The trigger of that event, or `direct`' })),
  attempt: Type.Optional(Type.Integer()),
  status: Type.String(),
  reason: Type.Optional(Type.String()),
  errorType: Type.Optional(Type.String()),
  errorMessage: Type.Optional(Type.String()),
  errorStack: Type.Optional(Type.String()),
  startedAtMs: Type.Number(),
  queuedMs: Type.Number(),
  durationMs: Type.Number(),
  coldStart: Type.Boolean(),
  sandboxId: Type.String(),
  payloadBytes: Type.Integer(),
  resultBytes: Type.Integer(),
  alias: Type.Optional(Type.String({ description: 'By which it was called' })),
  caller: Type.Optional(Type.String({ description: 'The function that called it' })),
  traceId: Type.Optional(
    Type.String({ description: 'The trace that it came in; without one it began its own, see GET /v1/traces/{id}' }),
  ),
  parentSpanId: Type.Optional(Type.String()),
  memoryMb: Type.Optional(Type.Integer()),
  peakMemoryBytes: Type.Optional(Type.Integer({ description: 'The most that its sandbox took' })),
  startMs: Type.Optional(Type.Number({ description: 'Of a cold start: a sandbox was made; 0 for a prewarmed one' })),
  placeMs: Type.Optional(Type.Number({ description: 'Of a cold start: the code was brought there' })),
  loadMs: Type.Optional(Type.Number({ description: 'Of a cold start: the code was loaded' })),
  recorded: Type.Optional(
    Type.Boolean({ description: 'Of one that is asked for by its id: its payload is kept, and can be run again' }),
  ),
});

/** A parameter of the query that is there or not. */
export const flag = (description: string) => Type.Optional(Type.Boolean({ description }));
