import Type from 'typebox';
import { AlertChannelSchema, AlertRoutingSchema } from '../../model/alert.ts';
import { Problem } from '../../model/problem.ts';
import type { Alerts } from '../../observe/alerts/alerts.ts';
import { answers, Done } from '../answer-schemas.ts';
import type { App } from '../app.ts';
import { permit, permitAny } from '../permission.ts';
import { ChannelAnswer, NameOfOne } from './alert-schemas.ts';
import { readJsonBody } from './json-body.ts';
import { ProblemAnswer } from './schemas.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['alerts'];

/** Where notifications go. */
export function addAlertChannelRoutes(app: App, alerts: Alerts): void {
  app.get(
    '/v1/alerts/channels',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Lists channels, without what is secret of them',
        operationId: 'listAlertChannels',
        response: answers({ 200: Type.Object({ channels: Type.Array(ChannelAnswer) }) }),
      },
    },
    async () => ({ channels: alerts.channels() }),
  );

  app.put(
    '/v1/alerts/channels/:name',
    {
      config: permit('alert:write'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Creates or replaces a channel: a webhook, Slack, e-mail or a function',
        description:
          'Addresses and secrets are kept sealed and never shown. The secret of a webhook that is created without one is in this answer, and only there.',
        operationId: 'putAlertChannel',
        params: NameOfOne,
        body: AlertChannelSchema,
        response: answers({
          200: Type.Object({ ...ChannelAnswer.properties, secret: Type.Optional(Type.String()) }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { channel, secret } = await alerts.putChannel(request.params.name, request.body);
      return { ...channel, ...(secret !== undefined && { secret }) };
    },
  );

  app.delete(
    '/v1/alerts/channels/:name',
    {
      config: permit('alert:write'),
      schema: {
        tags,
        summary: 'Removes a channel; what waits for it is not delivered',
        operationId: 'removeAlertChannel',
        params: NameOfOne,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (await alerts.removeChannel(name)) return reply.code(204).send();
      throw new Problem('not_found', `there is no channel "${name}"; GET /v1/alerts/channels lists them`);
    },
  );

  app.post(
    '/v1/alerts/channels/:name/test',
    {
      config: permit('alert:write'),
      schema: {
        tags,
        summary: 'Sends a message by a channel now, and says whether it arrived',
        operationId: 'testAlertChannel',
        params: NameOfOne,
        response: answers({ 204: Done, '4xx': ProblemAnswer, 503: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      await alerts.testChannel(request.params.name);
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/alerts/routing',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Says which channels are told where a rule does not say: by owner, and otherwise',
        operationId: 'getAlertRouting',
        response: answers({ 200: AlertRoutingSchema }),
      },
    },
    async () => alerts.routing(),
  );

  app.put(
    '/v1/alerts/routing',
    {
      config: permit('alert:write'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Sets which channels are told where a rule does not say',
        operationId: 'putAlertRouting',
        body: AlertRoutingSchema,
        response: answers({ 200: AlertRoutingSchema, '4xx': ProblemAnswer }),
      },
    },
    async (request) => alerts.putRouting(request.body),
  );
}
