import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { replay } from '../../../engine/replay.ts';
import { Problem } from '../../../model/problem.ts';
import { ALIAS_NAME_PATTERN } from '../../../model/target.ts';
import type { RecordedPart, Recording } from '../../../store/recordings.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny } from '../../permission.ts';
import { demand } from '../../principal.ts';
import { BytesView, bytesView } from '../bytes-view.ts';
import { whileConnected } from '../function/gone.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';

const MAX_JSON_BYTES = 65_536;
const tags = ['invocations'];
const IdParameters = Type.Object({ id: Type.String({ maxLength: 64 }) });

const PartView = Type.Object({
  contentType: Type.String(),
  bytes: Type.Integer({ description: 'Its size; without `body` and `bodyBase64` it was too large to be kept' }),
  ...BytesView,
});

/** How a run ended, and with what. */
const EndView = {
  status: Type.String(),
  result: Type.Optional(PartView),
  errorType: Type.Optional(Type.String()),
  errorMessage: Type.Optional(Type.String()),
};

const RecordingView = Type.Object({
  invocationId: Type.String(),
  function: Type.String(),
  version: Type.Integer(),
  recordedAtMs: Type.Number(),
  payload: PartView,
  ...EndView,
});

const ReplayBody = Type.Object(
  {
    version: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The version to run; absent: the one that serves' }),
    ),
    alias: Type.Optional(Type.String({ pattern: ALIAS_NAME_PATTERN, description: 'In place of `version`' })),
  },
  { additionalProperties: false },
);

/** Recorded payloads and results, and running them again. */
export function addRecordingRoutes(app: App, { engine, store, lifecycle }: DoorContext): void {
  const found = async (request: FastifyRequest): Promise<Recording> => {
    const { id } = request.params as { id: string };
    const recording = await store.recordings.find(id);
    demand(request.raw, 'function:payloads', recording === undefined ? '*' : `function:${recording.function}`);
    if (recording !== undefined) return recording;
    throw new Problem(
      'not_found',
      `nothing was recorded of the invocation "${id}": its function keeps payloads where its setting \`recordPayloads\` is "failed" or "all", for a while`,
    );
  };

  app.get(
    '/v1/invocations/:id/recording',
    {
      config: permitAny('function:payloads'),
      schema: {
        tags,
        summary: 'Shows what an invocation was given and answered, where its function keeps that',
        operationId: 'getRecording',
        params: IdParameters,
        response: answers({ 200: RecordingView, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { payload, result, payloadKind: _, ...rest } = await found(request);
      return { ...rest, payload: partView(payload), ...(result !== undefined && { result: partView(result) }) };
    },
  );

  app.post(
    '/v1/invocations/:id/replay',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permitAny('function:payloads'),
      schema: {
        tags,
        summary: 'Runs a recorded invocation again, with any version, and answers with both ends',
        description:
          'What the function puts in its outbox is not sent, and listed under `unsent`. What it does at once, such as calling services or the network, it does again.',
        operationId: 'replayInvocation',
        params: IdParameters,
        body: ReplayBody,
        response: answers({
          200: Type.Object({
            same: Type.Boolean({
              description: 'Whether it ended as it was recorded: in status, and in result or error',
            }),
            before: Type.Object({ version: Type.Integer(), ...EndView }),
            after: Type.Object({
              invocationId: Type.String(),
              version: Type.Integer(),
              durationMs: Type.Number(),
              ...EndView,
            }),
            unsent: Type.Array(Type.Object({ destination: Type.String(), contentType: Type.String(), ...BytesView })),
          }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { version, alias } = request.body;
      if (version !== undefined && alias !== undefined)
        throw new Problem('invalid_request', 'give `version` or `alias`, not both');
      const recording = await found(request);
      demand(request.raw, 'function:invoke', `function:${recording.function}`);
      const qualifier = version === undefined ? alias : String(version);
      const { outcome, report, unsent } = await whileConnected(lifecycle, reply, (signal) =>
        replay(engine, recording, { signal, ...(qualifier !== undefined && { qualifier }) }),
      );
      const before = endOf(recording);
      const after =
        outcome.status === 'succeeded'
          ? {
              status: outcome.status,
              result: partView({
                contentType: outcome.contentType,
                ...sized(Buffer.concat([...(outcome.chunks ?? []), outcome.payload])),
              }),
            }
          : { status: outcome.status, errorType: outcome.error.type, errorMessage: outcome.error.message };
      return {
        same: isSame(before, after),
        before: { version: recording.version, ...before },
        after: {
          invocationId: report.invocationId,
          version: report.version,
          durationMs: report.durationMs,
          ...after,
        },
        unsent: unsent.map(({ destination, contentType, body }) => ({ destination, contentType, ...bytesView(body) })),
      };
    },
  );
}

function endOf({ status, result, errorType, errorMessage }: Recording) {
  return {
    status,
    ...(result !== undefined && { result: partView(result) }),
    ...(errorType !== undefined && { errorType }),
    ...(errorMessage !== undefined && { errorMessage }),
  };
}

function partView({ contentType, bytes, content }: RecordedPart) {
  return { contentType, bytes, ...(content !== undefined && bytesView(Buffer.from(content))) };
}

function sized(content: Buffer): { bytes: number; content: Buffer } {
  return { bytes: content.length, content };
}

function isSame(before: object, after: object): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}
