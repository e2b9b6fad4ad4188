import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { PendingQuery } from '../../../engine/api.ts';
import { EVENT_STATES } from '../../../model/event.ts';
import { noFunction } from '../../../model/no-function.ts';
import { EVERYTHING } from '../../../model/permission.ts';
import { Problem } from '../../../model/problem.ts';
import { formatTarget, parseTarget } from '../../../model/target.ts';
import type { EventQuery } from '../../../store/journal.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { authorizeInvoke } from '../../authorize-invoke.ts';
import { receiveBody } from '../../body.ts';
import type { DoorContext } from '../../context.ts';
import { idempotencyOf } from '../../idempotency-key.ts';
import { permitAny, permitFunction, visible } from '../../permission.ts';
import { demand, principalOf } from '../../principal.ts';
import { traceOf } from '../../trace-context.ts';
import { whileConnected } from '../function/gone.ts';
import { payloadOf } from '../invoke/payload.ts';
import { readJsonBody } from '../json-body.ts';
import { cursor, DEFAULT_PAGE, from, limit, NameParameters, ProblemAnswer, TargetParameters, to } from '../schemas.ts';
import { timeRange } from '../time-range.ts';
import { AcceptedAnswer, EventParameters, EventView, LaneView } from './event-schemas.ts';
import { endedView, pendingView } from './event-view.ts';

const MAX_JSON_BYTES = 65_536;
const DEFAULT_RATE = 100;
/** Seven days: what waits longer belongs into a schedule. */
const MAX_DELAY_MS = 604_800_000;
const PENDING: readonly string[] = ['waiting', 'running', 'dead'];
const tags = ['events'];

/** Asynchronous invocation: accepting events, and what people see of them and do with them. */
export function addEventRoutes(app: App, context: DoorContext): void {
  const { engine, events, store, settings, clock, lifecycle } = context;

  /** The name of a function that exists. */
  const named = (nameOrId: string): string => {
    const found = engine.find(nameOrId);
    if (found === undefined) throw noFunction(nameOrId);
    return found.document.name;
  };

  /** Who may do it only to some functions must not learn of others by it. */
  const demandWrite = async (request: FastifyRequest, id: string): Promise<void> => {
    if (principalOf(request.raw).kind === 'operator') return;
    const found = await events.find(id);
    demand(request.raw, 'event:write', found === undefined ? EVERYTHING : `function:${found.function}`);
  };

  app.post(
    '/v1/functions/:name/events',
    {
      config: { permission: 'own', does: 'function:invoke' },
      schema: {
        tags,
        summary: 'Accepts an event for a function: 202 once it is on disk',
        description:
          'The body is what an invocation takes. It is delivered at least once, with retries; the result goes to the destinations of the function. Headers: `Idempotency-Key`, `Fob-Event-Key` (events of one key are delivered in order), `Fob-Delay-Ms`.',
        operationId: 'sendEvent',
        params: TargetParameters,
        response: answers({ 202: AcceptedAnswer, '4xx': ProblemAnswer, 507: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const name = named(request.params.name);
      authorizeInvoke(context, request.raw, name);
      const { qualifier } = parseTarget(request.params.name);
      const { headers } = request;
      const key = headers['fob-event-key'];
      const idempotency = idempotencyOf(headers);
      const delayMs = delayOf(headers['fob-delay-ms']);
      const payload = payloadOf(request.raw, await receiveBody(request.raw, reply.raw, settings.maxBodyBytes));
      const { hops, caller } = principalOf(request.raw);
      const trace = traceOf(request.raw);
      const [accepted] = await events.accept([
        {
          function: formatTarget({ function: name, ...(qualifier !== undefined && { qualifier }) }),
          content: { kind: 'payload', ...payload },
          ...(idempotency !== undefined && { idempotency }),
          ...(typeof key === 'string' && key !== '' && { key }),
          ...(delayMs !== undefined && { delayMs }),
          ...(hops !== undefined && { hops }),
          ...(caller !== undefined && { caller }),
          ...(trace !== undefined && { trace }),
        },
      ]);
      return reply.code(202).send(accepted);
    },
  );

  app.get(
    '/v1/functions/:name/events',
    {
      config: permitFunction('event:read'),
      schema: {
        tags,
        summary: "Lists a function's events, and how its lanes stand",
        description:
          'Without a state: those that wait, run or are dead, oldest first. With `delivered`, `expired` or `dropped`: those that ended so, newest first.',
        operationId: 'listEvents',
        params: NameParameters,
        querystring: Type.Object(
          {
            state: Type.Optional(Type.Enum([...EVENT_STATES])),
            lane: Type.Optional(Type.String()),
            from,
            to,
            cursor,
            limit,
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            lanes: Type.Array(LaneView),
            events: Type.Array(EventView),
            cursor: Type.Optional(Type.String()),
          }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const name = engine.find(request.params.name)?.document.name ?? request.params.name;
      const { state, lane, cursor: at, limit: most = DEFAULT_PAGE } = request.query;
      const lanes = await events.stats(name);
      const paging = {
        function: name,
        limit: most,
        ...(lane !== undefined && { lane }),
        ...(at !== undefined && { cursor: at }),
      };
      if (state === undefined || PENDING.includes(state)) {
        const query = { ...paging, ...(state !== undefined && { state }) } as PendingQuery;
        const { items, ...next } = await events.list(query);
        return { lanes, events: items.map((event) => pendingView(event, false)), ...next };
      }
      const query = { ...paging, state, ...timeRange(request.query, clock.now()) } as EventQuery;
      await store.journal.flush();
      const { items, ...next } = await store.journal.events(query);
      return { lanes, events: items.map(endedView), ...next };
    },
  );

  app.get(
    '/v1/lanes',
    {
      config: permitAny('event:read'),
      schema: {
        tags,
        summary: 'How the lanes of all functions stand that hold events, or had some since the node started',
        operationId: 'listLanes',
        response: answers({
          200: Type.Object({ lanes: Type.Array(LaneView) }),
        }),
      },
    },
    async (request) => ({
      lanes: visible(request, 'event:read', await events.stats(), (lane) => lane.function),
    }),
  );

  app.get(
    '/v1/events/:id',
    {
      config: permitAny('event:read'),
      schema: {
        tags,
        summary: 'Shows one event with what is in it, or how it ended',
        operationId: 'getEvent',
        params: EventParameters,
        response: answers({ 200: EventView, 404: ProblemAnswer }),
      },
    },
    async (request) => {
      const { id } = request.params;
      const pending = await events.find(id);
      if (pending !== undefined) {
        demand(request.raw, 'event:read', `function:${pending.function}`);
        return pendingView(pending, principalOf(request.raw).may('function:payloads', `function:${pending.function}`));
      }
      await store.journal.flush();
      const { items } = await store.journal.events({ eventId: id, limit: 1 });
      if (items[0] === undefined) {
        demand(request.raw, 'event:read', EVERYTHING);
        throw new Problem('not_found', `there is no event '${id}', or it is too old`);
      }
      demand(request.raw, 'event:read', `function:${items[0].function}`);
      return endedView(items[0]);
    },
  );

  app.post(
    '/v1/events/:id/retry',
    {
      config: permitAny('event:write'),
      schema: {
        tags,
        summary: 'Delivers a waiting event now, or a dead one again',
        operationId: 'retryEvent',
        params: EventParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await demandWrite(request, id);
      if (!(await events.retry(id))) throw notPending(id);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/v1/events/:id',
    {
      config: permitAny('event:write'),
      schema: {
        tags,
        summary: 'Drops a waiting or dead event; a record of it stays',
        operationId: 'dropEvent',
        params: EventParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await demandWrite(request, id);
      if (!(await events.drop(id, principalOf(request.raw).name))) throw notPending(id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/functions/:name/events/redrive',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permitFunction('event:write'),
      schema: {
        tags,
        summary: "Delivers a function's dead events again, at a rate; answers when all are under way",
        operationId: 'redriveEvents',
        params: NameParameters,
        body: Type.Object(
          {
            lane: Type.Optional(Type.String()),
            ratePerSecond: Type.Optional(
              Type.Number({ exclusiveMinimum: 0, maximum: 100_000, description: `default ${DEFAULT_RATE}` }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ redriven: Type.Integer() }), '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { lane, ratePerSecond = DEFAULT_RATE } = request.body;
      const query = { function: named(request.params.name), ratePerSecond, ...(lane !== undefined && { lane }) };
      const redriven = await whileConnected(lifecycle, reply, (signal) => events.redrive({ ...query, signal }));
      return { redriven };
    },
  );
}

function notPending(id: string): Problem {
  return new Problem('not_found', `no event '${id}' waits or is dead: it runs now, has ended, or never was`);
}

function delayOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const delayMs = Number(header);
  if (Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= MAX_DELAY_MS) return delayMs;
  throw new Problem('invalid_request', `Fob-Delay-Ms is a whole number of milliseconds, at most ${MAX_DELAY_MS}`);
}
