import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { CloudEvent } from '../../../model/event.ts';
import { type Action, EVERYTHING } from '../../../model/permission.ts';
import { Problem } from '../../../model/problem.ts';
import { hideSecrets } from '../../../trigger/options.ts';
import type { NewTrigger, TriggerChange, TriggerView } from '../../../trigger/triggers.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny, visible } from '../../permission.ts';
import { demand } from '../../principal.ts';
import { whileConnected } from '../function/gone.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';
import { timeMs } from '../time-range.ts';
import { demandTrigger } from './trigger-permission.ts';
import {
  NewTriggerBody,
  ReplayBody,
  TestAnswer,
  TestBody,
  TriggerAnswer,
  TriggerBody,
  TriggerParameters,
  TriggerPatch,
  TypeAnswer,
} from './trigger-schemas.ts';

const MAX_JSON_BYTES = 1_048_576;
const tags = ['triggers'];
const preValidation = readJsonBody(MAX_JSON_BYTES);

/** Triggers: what wakes functions. */
export function addTriggerRoutes(app: App, context: DoorContext): void {
  const { triggers, clock, lifecycle } = context;

  /** The trigger, where whoever asks may do this to its function; who may not learns nothing of others. */
  const found = async (request: FastifyRequest, action: Action, name: string): Promise<TriggerView> => {
    const view = await triggers.find(name);
    demand(request.raw, action, view === undefined ? EVERYTHING : `function:${view.trigger.function}`);
    if (view === undefined) throw absent(name);
    return view;
  };
  /** Secrets of its options are shown in neither state. */
  const contested = (name: string, type?: string, body?: object & { readonly options?: unknown }): Contested => {
    const schema = triggers.types().find((each) => each.name === type)?.options;
    const options = schema && body?.options !== undefined ? { options: hideSecrets(schema, body.options) } : {};
    return {
      what: `trigger "${name}"`,
      stands: async () => {
        const view = await triggers.find(name);
        return view && { ...shown(view), revision: view.revision };
      },
      ...(body !== undefined && { given: { ...body, ...options } }),
    };
  };
  app.get(
    '/v1/trigger-types',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Lists the kinds of triggers, with the schemas of their options',
        operationId: 'listTriggerTypes',
        response: answers({ 200: Type.Object({ types: Type.Array(TypeAnswer) }) }),
      },
    },
    async () => ({
      types: triggers.types().map(({ name, summary, options, batches = false, receive }) => ({
        name,
        summary,
        options,
        batches,
        called: receive !== undefined,
      })),
    }),
  );

  app.get(
    '/v1/triggers',
    {
      config: permitAny('trigger:read'),
      schema: {
        tags,
        summary: 'Lists triggers in the order of their names',
        operationId: 'listTriggers',
        querystring: Type.Object(
          {
            function: Type.Optional(Type.String({ maxLength: 128, description: "A function's name or id" })),
            type: Type.Optional(Type.String({ maxLength: 64 })),
            nextUntil: Type.Optional(
              Type.String({
                maxLength: 64,
                description:
                  'A time: schedules then have their next times up to it, in place of five: at most 500 each, and 20,000 together',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ triggers: Type.Array(TriggerAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { nextUntil, ...filter } = request.query;
      const coming = nextUntil === undefined ? {} : { nextUntilMs: timeMs(nextUntil, clock.now()) };
      const listed = await triggers.list({ ...filter, ...coming });
      return { triggers: visible(request, 'trigger:read', listed, ({ trigger }) => trigger.function).map(shown) };
    },
  );

  app.post(
    '/v1/triggers',
    {
      preValidation,
      config: permitAny('trigger:write'),
      schema: {
        tags,
        summary: 'Creates a trigger, named after its function and source where no name is given',
        operationId: 'createTrigger',
        body: NewTriggerBody,
        response: answers({ 201: TriggerAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      demandTrigger(request, triggers, request.body as NewTrigger);
      const created = await triggers.create(request.body as NewTrigger);
      noteChange(request, created.trigger, 'created');
      return answer(reply.code(201), created);
    },
  );

  app.get(
    '/v1/triggers/:name',
    {
      config: permitAny('trigger:read'),
      schema: {
        tags,
        summary: 'Shows a trigger, and how it stands',
        operationId: 'getTrigger',
        params: TriggerParameters,
        response: answers({ 200: TriggerAnswer, 404: ProblemAnswer }),
      },
    },
    async (request, reply) => answer(reply, await found(request, 'trigger:read', request.params.name)),
  );

  app.put(
    '/v1/triggers/:name',
    {
      preValidation,
      config: permitAny('trigger:write'),
      schema: {
        tags,
        summary: 'Creates a trigger, or replaces it wholly',
        description: `A secret that is given as \`(secret)\` stays. \`If-None-Match: *\` only creates; ${IF_MATCH}`,
        operationId: 'putTrigger',
        params: TriggerParameters,
        body: TriggerBody,
        response: answers({ 200: TriggerAnswer, 201: TriggerAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const current = await triggers.find(name);
      if (current !== undefined) demand(request.raw, 'trigger:write', `function:${current.trigger.function}`);
      demandTrigger(request, triggers, request.body as NewTrigger);
      const { body } = request;
      const view = await changeSeen(request, contested(name, body.type, body), async (expected) => {
        if (current === undefined) {
          if (expected !== undefined && expected > 0) throw absent(name);
          return triggers.create({ ...(body as NewTrigger), name });
        }
        if (expected === 0) throw new Problem('precondition_failed', `there is a trigger "${name}" already`);
        return triggers.update(name, replacement(body, current, context), expected);
      });
      noteChange(request, view.trigger, current === undefined ? 'created' : 'changed');
      return answer(current === undefined ? reply.code(201) : reply, view);
    },
  );

  app.patch(
    '/v1/triggers/:name',
    {
      preValidation,
      config: permitAny('trigger:write'),
      schema: {
        tags,
        summary: 'Changes a trigger; what is running for it goes on as it says from now on',
        description: `What is given replaces its own wholly; \`null\` removes. \`{"enabled": false}\` pauses. ${IF_MATCH}`,
        operationId: 'patchTrigger',
        params: TriggerParameters,
        body: TriggerPatch,
        response: answers({ 200: TriggerAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const current = await found(request, 'trigger:write', name);
      demandTrigger(request, triggers, { ...current.trigger, ...(request.body as Partial<NewTrigger>) } as NewTrigger);
      const changed = await changeSeen(request, contested(name, current.trigger.type, request.body), (expected) =>
        triggers.update(name, request.body as TriggerChange, expected),
      );
      const isSwitched = changed.trigger.enabled !== current.trigger.enabled;
      noteChange(request, changed.trigger, !isSwitched ? 'changed' : changed.trigger.enabled ? 'resumed' : 'paused');
      return answer(reply, changed);
    },
  );

  app.delete(
    '/v1/triggers/:name',
    {
      config: permitAny('trigger:write'),
      schema: {
        tags,
        summary: 'Removes a trigger; its events that wait are still delivered',
        description: IF_MATCH,
        operationId: 'removeTrigger',
        params: TriggerParameters,
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const current = await found(request, 'trigger:write', name);
      const removed = await changeSeen(request, contested(name), (expected) => triggers.remove(name, expected));
      if (!removed) throw absent(name);
      noteChange(request, current.trigger, 'removed');
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/triggers/:name/test',
    {
      preValidation,
      config: permitAny('trigger:write'),
      schema: {
        tags,
        summary: 'Leads a sample, or an event of yours, through filter and mapping, and runs the function with it',
        operationId: 'testTrigger',
        params: TriggerParameters,
        body: TestBody,
        response: answers({ 200: TestAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { trigger } = await found(request, 'trigger:write', request.params.name);
      const { event, dryRun = false } = request.body;
      noteChange(request, trigger, 'tested');
      return whileConnected(lifecycle, reply, (signal) =>
        triggers.test(request.params.name, {
          dryRun,
          signal,
          ...(event !== undefined && { event: event as CloudEvent }),
        }),
      );
    },
  );

  app.post(
    '/v1/triggers/:name/replay',
    {
      preValidation,
      config: permitAny('trigger:write'),
      schema: {
        tags,
        summary: 'Delivers events of the past again',
        description:
          'With `state: dead`, the dead events that ended in this time. Without it, the source makes the events of this time anew where it can (a schedule its times, a bucket the objects that it holds); what was delivered is not kept.',
        operationId: 'replayTrigger',
        params: TriggerParameters,
        body: ReplayBody,
        response: answers({ 200: Type.Object({ replayed: Type.Integer() }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { trigger } = await found(request, 'trigger:write', request.params.name);
      const { from, to, state } = request.body;
      noteChange(request, trigger, 'replayed');
      const nowMs = clock.now();
      const range = { fromMs: timeMs(from, nowMs), toMs: to === undefined ? nowMs : timeMs(to, nowMs) };
      if (range.fromMs >= range.toMs) throw new Problem('invalid_request', '`from` must lie before `to`');
      return {
        replayed: await triggers.replay(request.params.name, { ...range, ...(state !== undefined && { state }) }),
      };
    },
  );
}

/** Says of which function it is, which no path does, and what became of it. */
function noteChange(request: FastifyRequest, { name, function: of }: TriggerView['trigger'], how: string): void {
  noteAudit(request.raw, { subject: `trigger:${name}`, details: { function: of, how } });
}

/** What makes a trigger just what is written; what is not written is removed. */
function replacement(
  body: Static<typeof TriggerBody>,
  { trigger }: TriggerView,
  { triggers }: DoorContext,
): TriggerChange {
  const { type, words, options, filter, mapping, orderBy, delivery, enabled } = body;
  if (type !== trigger.type) {
    throw new Problem(
      'conflict',
      `the trigger "${trigger.name}" is of type ${trigger.type}; remove it first, or choose another name`,
    );
  }
  const own =
    words === undefined
      ? {}
      : triggers
          .types()
          .find(({ name }) => name === type)
          ?.parseWords(words);
  return {
    function: body.function,
    options: { ...own, ...options },
    filter: filter ?? null,
    mapping: mapping ?? null,
    orderBy: orderBy ?? null,
    delivery: delivery ?? null,
    enabled: enabled ?? true,
  };
}

function answer(reply: FastifyReply, view: TriggerView): Record<string, unknown> {
  reply.header('ETag', etag(view.revision));
  return shown(view);
}

/** The trigger itself, and how it stands, as one object. */
function shown({ trigger, ...rest }: TriggerView): Record<string, unknown> {
  return { ...trigger, ...rest };
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no trigger "${name}"; GET /v1/triggers lists them`);
}
