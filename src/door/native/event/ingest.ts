import type { IncomingHttpHeaders } from 'node:http';
import Type from 'typebox';
import { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE } from '../../../model/cloudevents.ts';
import { decodeEvents } from '../../../model/cloudevents-http.ts';
import { Problem } from '../../../model/problem.ts';
import { TOPIC_NAME_PATTERN } from '../../../service/topic/topic-rules.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { receiveBody } from '../../body.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { authorize } from '../../principal.ts';
import { causedBy } from '../invoke/caused-by.ts';
import { ProblemAnswer } from '../schemas.ts';

const tags = ['topics'];
const TopicParameters = Type.Object({ name: Type.String({ pattern: TOPIC_NAME_PATTERN }) });
/** What a sender of webhooks calls itself: a DNS name, with a wildcard perhaps. */
const ORIGIN = /^[A-Za-z0-9*._-]{1,255}$/;

/**
 * The address of each topic for whoever speaks CloudEvents over HTTP, in any of its content modes; and the answer to
 * senders that ask first whether they may (HTTP 1.1 Web Hooks for Event Delivery, section 4).
 */
export function addIngestRoutes(app: App, context: DoorContext): void {
  const { topics } = context.services;

  app.post(
    '/v1/topics/:name/events',
    {
      config: permit('topic:publish', 'topic'),
      schema: {
        tags,
        summary: 'Publishes CloudEvents: one in headers and body, one as JSON, or a batch',
        description: `The HTTP binding of CloudEvents 1.0: binary (\`ce-\` headers), structured (\`${CLOUD_EVENT_TYPE}\`) or batched (\`${CLOUD_EVENT_BATCH_TYPE}\`). Answered when all are on disk; of a batch, all are published or none. An event whose \`source\` and \`id\` a subscriber had within 24 h is not delivered to it again.`,
        operationId: 'publishEvents',
        params: TopicParameters,
        response: answers({
          202: Type.Object({ accepted: Type.Integer({ description: 'How many events' }) }),
          '4xx': ProblemAnswer,
          507: ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'publish');
      const body = await receiveBody(request.raw, reply.raw, context.settings.maxBodyBytes);
      const events = decodeEvents(request.raw.headersDistinct, body);
      if (events.length > 0) await topics.publish(name, causedBy(request.raw, events));
      else await demandTopic(name);
      return reply.code(202).send({ accepted: events.length });
    },
  );

  app.options(
    '/v1/topics/:name/events',
    {
      config: permit('topic:publish', 'topic'),
      schema: {
        tags,
        summary: 'Says to a sender of CloudEvents that it may send here',
        operationId: 'mayPublishEvents',
        params: TopicParameters,
        response: answers({ 200: Type.Unsafe<undefined>({ type: 'null' }), '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'publish');
      await demandTopic(name);
      return reply.code(200).headers(permission(request.headers)).send();
    },
  );

  async function demandTopic(name: string): Promise<void> {
    if ((await topics.find(name)) === undefined) {
      throw new Problem('not_found', `there is no topic "${name}"; create it first`);
    }
  }
}

/** The headers that allow an origin to send, as fast as it wants: too much is answered with 429 when it comes. */
function permission(headers: IncomingHttpHeaders): Record<string, string> {
  const origin = headers['webhook-request-origin'];
  if (origin === undefined) return { allow: 'POST, OPTIONS' };
  if (typeof origin !== 'string' || !ORIGIN.test(origin)) {
    throw new Problem('invalid_request', 'the header WebHook-Request-Origin is no DNS name');
  }
  return { allow: 'POST, OPTIONS', 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' };
}
