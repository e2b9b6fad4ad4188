import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type AlertView, SEVERITIES, SilenceSchema } from '../../../model/alert.ts';
import { Problem } from '../../../model/problem.ts';
import type { FiringRecord } from '../../../observe/alerts/alerts.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny, visible } from '../../permission.ts';
import { demand, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { eventText, streamEvents } from '../live/event-stream.ts';
import { watchCaller } from '../live/watch-caller.ts';
import { cursor, DEFAULT_PAGE, functionFilter, limit, ProblemAnswer } from '../schemas.ts';
import { addAlertChannelRoutes } from './alert-channels.ts';
import { addAlertRuleRoutes } from './alert-rules.ts';
import { AlertAnswer, FiringAnswer, NameOfAlert, SilenceAnswer } from './alert-schemas.ts';
import { mayRead, resourceOfScoped } from './alert-scope.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['alerts'];

/** What fires, what fired, acknowledgement, silences; and the rules and channels of alerts. */
export function addAlertRoutes(app: App, context: DoorContext): void {
  const { alerts, engine } = context;
  if (alerts === undefined) return;
  addAlertRuleRoutes(app, alerts);
  addAlertChannelRoutes(app, alerts);

  app.get(
    '/v1/alerts',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Lists alerts that fire now, the gravest first',
        operationId: 'listAlerts',
        querystring: Type.Object(
          { function: functionFilter, severity: Type.Optional(Type.Enum([...SEVERITIES])) },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ alerts: Type.Array(AlertAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { severity, function: wanted } = request.query;
      const name = wanted === undefined ? undefined : (engine.find(wanted)?.document.name ?? wanted);
      const found = alerts.list({
        ...(name !== undefined && { function: name }),
        ...(severity !== undefined && { severity }),
      });
      return { alerts: visible(request, 'alert:read', found, functionOf) };
    },
  );

  app.get(
    '/v1/alerts/history',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Lists what fired, the newest first; the last 1,000 are kept',
        operationId: 'listAlertHistory',
        querystring: Type.Object({ function: functionFilter, cursor, limit }, { additionalProperties: false }),
        response: answers({
          200: Type.Object({ firings: Type.Array(FiringAnswer), cursor: Type.Optional(Type.String()) }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const isShown = (record: FiringRecord) => visible(request, 'alert:read', [record], functionOf).length > 0;
      const { items, ...next } = await alerts.history({ limit: DEFAULT_PAGE, ...request.query, isShown });
      return { firings: items, ...next };
    },
  );

  app.get(
    '/v1/alerts/stream',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Sends each alert that fires, changes or ends, as server-sent events, until the caller goes',
        operationId: 'streamAlerts',
        response: answers({ 200: Type.String(), '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      streamEvents(context, reply.raw, (send) => {
        const unsubscribe = alerts.subscribe((alert) => {
          if (visible(request, 'alert:read', [alert], functionOf).length > 0) send(eventText('alert', alert));
        });
        const unwatch = watchCaller(context, request.raw, (good) => {
          if (!good) reply.raw.end();
        });
        return () => {
          unsubscribe();
          unwatch();
        };
      });
      reply.hijack();
    },
  );

  app.get(
    '/v1/alerts/silences',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Lists silences',
        operationId: 'listSilences',
        response: answers({ 200: Type.Object({ silences: Type.Array(SilenceAnswer) }) }),
      },
    },
    async (request) => ({
      silences: alerts.silences().filter((silence) => mayRead(request, resourceOfScoped(silence))),
    }),
  );

  app.post(
    '/v1/alerts/silences',
    {
      config: permitAny('alert:write'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Silences alerts for a while: they are recorded, and nobody is told',
        operationId: 'createSilence',
        body: SilenceSchema,
        response: answers({ 201: SilenceAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      demand(request.raw, 'alert:write', resourceOfScoped(request.body));
      return reply.code(201).send(await alerts.silence(request.body, principalOf(request.raw).name));
    },
  );

  app.delete(
    '/v1/alerts/silences/:id',
    {
      config: permitAny('alert:write'),
      schema: {
        tags,
        summary: 'Ends a silence',
        operationId: 'removeSilence',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const silence = alerts.silences().find((each) => each.id === id);
      if (silence === undefined)
        throw new Problem('not_found', `there is no silence "${id}"; GET /v1/alerts/silences lists them`);
      demand(request.raw, 'alert:write', resourceOfScoped(silence));
      await alerts.unsilence(id);
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/alerts/:id',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Shows an alert: since when, how bad, why, and what to do',
        operationId: 'getAlert',
        params: NameOfAlert,
        response: answers({ 200: AlertAnswer, 404: ProblemAnswer }),
      },
    },
    async (request) => found(request, 'alert:read'),
  );

  app.post(
    '/v1/alerts/:id/ack',
    {
      config: permitAny('alert:write'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Acknowledges an alert: it is not told again while it goes on',
        operationId: 'acknowledgeAlert',
        params: NameOfAlert,
        body: Type.Object({ note: Type.Optional(Type.String({ maxLength: 500 })) }, { additionalProperties: false }),
        response: answers({ 200: AlertAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { id } = found(request, 'alert:write');
      return alerts.acknowledge(id, principalOf(request.raw).name, request.body.note);
    },
  );

  app.delete(
    '/v1/alerts/:id/ack',
    {
      config: permitAny('alert:write'),
      schema: {
        tags,
        summary: 'Takes an acknowledgement back',
        operationId: 'unacknowledgeAlert',
        params: NameOfAlert,
        response: answers({ 200: AlertAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => alerts.unacknowledge(found(request, 'alert:write').id),
  );

  /** Throws `not_found`, and `forbidden` where whoever asks may not do this to its function. */
  function found(request: FastifyRequest, action: 'alert:read' | 'alert:write'): AlertView {
    const { id } = request.params as { id: string };
    const at = id.indexOf('@');
    demand(request.raw, action, at === -1 ? '*' : `function:${id.slice(at + 1)}`);
    const alert = alerts!.find(id);
    if (alert !== undefined) return alert;
    throw new Problem('not_found', `no alert "${id}" fires; GET /v1/alerts lists those that do`);
  }
}

/** Whose an alert is; the node's own belong to none, and no function has that name. */
function functionOf({ function: name }: { readonly function?: string }): string {
  return name ?? '*';
}
