import Type from 'typebox';
import { type AlertChannel, AlertChannelSchema, AlertRoutingSchema } from '../../../model/alert.ts';
import { Problem } from '../../../model/problem.ts';
import type { Alerts, RoutingView } from '../../../observe/alerts/alerts.ts';
import { targetOf } from '../../../observe/alerts/channels.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { permit, permitAny } from '../../permission.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';
import { ChannelAnswer, NameOfOne, RoutingAnswer } from './alert-schemas.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['alerts'];

/** Where notifications go. */
export function addAlertChannelRoutes(app: App, alerts: Alerts): void {
  /** Neither state shows what is secret: of an address only where it leads to. */
  const contested = (name: string, channel?: AlertChannel): Contested => ({
    what: `alert channel "${name}"`,
    stands: () => alerts.channels().find((each) => each.name === name),
    ...(channel !== undefined && {
      given: { kind: channel.kind, target: targetOf(channel), least: channel.least ?? 'info' },
    }),
  });

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

  app.get(
    '/v1/alerts/channels/:name',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Shows a channel, without what is secret of it',
        operationId: 'getAlertChannel',
        params: NameOfOne,
        response: answers({ 200: ChannelAnswer, 404: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const channel = alerts.channels().find((each) => each.name === name);
      if (channel === undefined) throw absent(name);
      return reply.header('ETag', etag(channel.revision)).send(channel);
    },
  );

  app.put(
    '/v1/alerts/channels/:name',
    {
      config: permit('alert:write'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Creates or replaces a channel: a webhook, Slack, e-mail or a function',
        description: `Addresses and secrets are kept sealed and never shown. The secret of a webhook that is created without one is in this answer, and only there. \`If-None-Match: *\` only creates; ${IF_MATCH}`,
        operationId: 'putAlertChannel',
        params: NameOfOne,
        body: AlertChannelSchema,
        response: answers({
          200: Type.Object({ ...ChannelAnswer.properties, secret: Type.Optional(Type.String()) }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { channel, secret } = await changeSeen(request, contested(name, request.body), (expected) =>
        alerts.putChannel(name, request.body, expected),
      );
      reply.header('ETag', etag(channel.revision));
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
        description: IF_MATCH,
        operationId: 'removeAlertChannel',
        params: NameOfOne,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const removed = await changeSeen(request, contested(name), (expected) => alerts.removeChannel(name, expected));
      if (removed) return reply.code(204).send();
      throw absent(name);
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
        response: answers({ 200: RoutingAnswer }),
      },
    },
    async (_request, reply) => {
      const routing = alerts.routing();
      if (routing.revision > 0) reply.header('ETag', etag(routing.revision));
      return routing;
    },
  );

  app.put(
    '/v1/alerts/routing',
    {
      config: permit('alert:write'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Sets which channels are told where a rule does not say',
        description: `\`If-None-Match: *\` where it was never set; ${IF_MATCH}`,
        operationId: 'putAlertRouting',
        body: AlertRoutingSchema,
        response: answers({ 200: RoutingAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const routing: Contested = { what: 'alert routing', stands: () => standing(alerts) };
      const set = await changeSeen(request, routing, (expected) => alerts.putRouting(request.body, expected));
      return reply.header('ETag', etag(set.revision)).send(set);
    },
  );
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no channel "${name}"; GET /v1/alerts/channels lists them`);
}

/** `undefined` where it was never set. */
function standing(alerts: Alerts): RoutingView | undefined {
  const routing = alerts.routing();
  return routing.revision === 0 ? undefined : routing;
}
