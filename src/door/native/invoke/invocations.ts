import Type from 'typebox';
import { INVOCATION_STATUSES } from '../../../model/invocation.ts';
import { EVERYTHING } from '../../../model/permission.ts';
import { Problem } from '../../../model/problem.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { authorizeInvoke } from '../../authorize-invoke.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny } from '../../permission.ts';
import { demand } from '../../principal.ts';
import { queryOf } from '../../query.ts';
import {
  cursor,
  from,
  functionFilter,
  InvocationView,
  limit,
  ProblemAnswer,
  TargetParameters,
  to,
} from '../schemas.ts';
import { askInvocations } from './ask-invocations.ts';
import type { NativeInvoke } from './invoke.ts';

const tags = ['invocations'];

/** Invoking, and the records of past invocations. The server matches the invoke by hand; its route here serves spellings that it did not match. */
export function addInvocationRoutes(app: App, context: DoorContext, invoke: NativeInvoke): void {
  const { store } = context;

  app.post(
    '/v1/functions/:name/invoke',
    {
      config: { permission: 'own', does: 'function:invoke' },
      schema: {
        tags,
        summary: 'Invokes a function: the body is its event, the answer its result',
        description:
          'A JSON body is the event (or the named parameters of a `callme`), a form holds parameters that are texts; CloudEvents (`application/cloudevents+json`) reach the function in the shape that a trigger would give them; any other content type passes as bytes. The answer has the headers `Fob-Invocation-Id`, `Fob-Version`, `Fob-Duration-Ms` and `Fob-Cold-Start`; a failing function answers with `Fob-Function-Error`. `Fob-Sticky-Key` keeps a caller with one version of a weighted alias. A function that streams is streamed; a stream that fails midway is cut off.',
        operationId: 'invokeFunction',
        params: TargetParameters,
        response: answers({
          400: ProblemAnswer,
          404: ProblemAnswer,
          429: ProblemAnswer,
          502: ProblemAnswer,
          504: ProblemAnswer,
        }),
      },
    },
    (request, reply) => {
      const { name } = request.params;
      authorizeInvoke(context, request.raw, name);
      reply.hijack();
      invoke(request.raw, reply.raw, name, queryOf(request.raw.url!));
    },
  );

  app.get(
    '/v1/invocations',
    {
      config: permitAny('logs:read'),
      schema: {
        tags,
        summary: 'Lists records of invocations, newest first',
        operationId: 'listInvocations',
        querystring: Type.Object(
          {
            function: functionFilter,
            version: Type.Optional(Type.Integer({ minimum: 1 })),
            alias: Type.Optional(Type.String({ maxLength: 64, description: 'Only calls by this alias' })),
            caller: Type.Optional(Type.String({ maxLength: 64, description: 'Only calls by this function' })),
            status: Type.Optional(Type.Enum([...INVOCATION_STATUSES])),
            failed: Type.Optional(Type.Boolean({ description: 'Only what did not succeed' })),
            coldStart: Type.Optional(Type.Boolean()),
            traceId: Type.Optional(
              Type.String({
                pattern: '^[0-9a-f]{32}$',
                description: 'Only those of this trace, such as of an upload with a `traceparent`',
              }),
            ),
            eventId: Type.Optional(
              Type.String({ maxLength: 64, description: 'Only the attempts to deliver this event' }),
            ),
            minDurationMs: Type.Optional(Type.Number({ minimum: 0 })),
            from,
            to,
            cursor,
            limit,
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({ invocations: Type.Array(InvocationView), cursor: Type.Optional(Type.String()) }),
          400: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { items, ...next } = await askInvocations(context, request, request.query, 'logs:read');
      return { invocations: items, ...next };
    },
  );

  app.get(
    '/v1/invocations/:id',
    {
      config: permitAny('logs:read'),
      schema: {
        tags,
        summary: 'Shows the record of one invocation',
        operationId: 'getInvocation',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: answers({ 200: InvocationView, 404: ProblemAnswer }),
      },
    },
    async (request) => {
      const { id } = request.params;
      const record = (await store.journal.invocation(id)) ?? (await afterFlush(id));
      demand(request.raw, 'logs:read', record === undefined ? EVERYTHING : `function:${record.function}`);
      if (record === undefined) {
        throw new Problem('not_found', `there is no record of the invocation "${id}"; it may still run, or be too old`);
      }
      return { ...record, recorded: (await store.recordings.find(id)) !== undefined };
    },
  );

  /** Records are written in batches; one that was just made may be on its way. */
  async function afterFlush(id: string) {
    await store.journal.flush();
    return store.journal.invocation(id);
  }
}
