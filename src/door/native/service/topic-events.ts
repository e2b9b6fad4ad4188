import type { IncomingMessage } from 'node:http';
import Type from 'typebox';
import { CLOUD_EVENT_TYPE } from '../../../model/cloudevents.ts';
import type { CloudEvent } from '../../../model/event.ts';
import { formatId, newId } from '../../../model/id.ts';
import { isObject } from '../../../model/json.ts';
import { isJsonType } from '../../../model/media-type.ts';
import { Problem } from '../../../model/problem.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { receiveBody } from '../../body.ts';
import type { DoorContext } from '../../context.ts';
import { mediaTypeOf } from '../../media-type.ts';
import { permit } from '../../permission.ts';
import { authorize } from '../../principal.ts';
import { BytesView, bytesView } from '../bytes-view.ts';
import { parseJson } from '../function/upload.ts';
import { causedBy } from '../invoke/caused-by.ts';
import { cursor, ProblemAnswer } from '../schemas.ts';
import { TopicParameters } from './topics.ts';

const MAX_EVENT_BODY_BYTES = 1_048_576;
const DEFAULT_PEEK = 10;
const tags = ['topics'];

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 2_048, description }));

/** What is published to topics, and deliveries that were given up. */
export function addTopicEventRoutes(app: App, { clock, services: { topics, errands } }: DoorContext): void {
  app.post(
    '/v1/topics/:name/publish',
    {
      config: permit('topic:publish', 'topic'),
      schema: {
        tags,
        summary: 'Publishes the body to every subscriber, durably, or to none',
        description: `A CloudEvent (\`${CLOUD_EVENT_TYPE}\`) as it is; anything else becomes the data of one. An event whose \`source\` and \`id\` a subscriber had within 24 h is not delivered to it again.`,
        operationId: 'publish',
        params: TopicParameters,
        querystring: Type.Object(
          {
            type: text('Type of the event; default `fob.topic.message`'),
            source: text('Default `fob:topic/<name>`'),
            id: text('Default a fresh UUID'),
            subject: text('What the event is about'),
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({ id: Type.String(), source: Type.String() }),
          '4xx': ProblemAnswer,
          507: ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'publish');
      const body = await receiveBody(request.raw, reply.raw, MAX_EVENT_BODY_BYTES);
      const event = eventOf(request.raw, body, {
        id: formatId(newId(clock.now())),
        source: `fob:topic/${name}`,
        type: 'fob.topic.message',
        time: new Date(clock.now()).toISOString(),
        ...request.query,
      });
      await topics.publish(name, causedBy(request.raw, [event]));
      return { id: event.id, source: event.source };
    },
  );

  app.get(
    '/v1/topics/:name/dead',
    {
      config: permit('topic:manage', 'topic'),
      schema: {
        tags,
        summary: 'Lists deliveries that were given up, oldest first',
        operationId: 'listDeadDeliveries',
        params: TopicParameters,
        querystring: Type.Object(
          { cursor, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            dead: Type.Array(
              Type.Object({
                destination: Type.String(),
                error: Type.String(),
                attempts: Type.Integer(),
                sinceMs: Type.Number({ description: 'When it was given up' }),
                ...BytesView,
              }),
            ),
            cursor: Type.Optional(Type.String()),
          }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'manage');
      const { items, ...next } = await errands.dead(`topic/${name}`, { limit: DEFAULT_PEEK, ...request.query });
      const dead = items.map(({ body, attributes: { destination = '', error = '', attempts }, sentAtMs }) => ({
        destination,
        error,
        attempts: Number(attempts ?? 0),
        sinceMs: sentAtMs,
        ...bytesView(body),
      }));
      return { dead, ...next };
    },
  );

  app.post(
    '/v1/topics/:name/redrive',
    {
      config: permit('topic:manage', 'topic'),
      schema: {
        tags,
        summary: 'Tries deliveries that were given up again, for another day',
        operationId: 'redriveTopic',
        params: TopicParameters,
        response: answers({ 200: Type.Object({ moved: Type.Integer() }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'manage');
      return { moved: await errands.redrive(`topic/${name}`) };
    },
  );

  app.post(
    '/v1/topics/:name/purge',
    {
      config: permit('topic:manage', 'topic'),
      schema: {
        tags,
        summary: 'Removes deliveries that were given up, for good',
        operationId: 'purgeTopic',
        params: TopicParameters,
        response: answers({ 200: Type.Object({ purged: Type.Integer() }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'manage');
      return { purged: await errands.purge(`topic/${name}`) };
    },
  );
}

/** A body as an event: one of its own, or the data of one with these attributes. */
function eventOf(
  req: IncomingMessage,
  body: Buffer,
  attributes: Pick<CloudEvent, 'id' | 'source' | 'type' | 'time'>,
): CloudEvent {
  const type = mediaTypeOf(req);
  if (type === CLOUD_EVENT_TYPE) {
    const event = parseJson(body.toString(), 'the event');
    if (isObject(event)) return event as CloudEvent;
    throw new Problem('invalid_request', 'a CloudEvent is a JSON object');
  }
  if (body.length === 0) return { specversion: '1.0', ...attributes };
  const datacontenttype = req.headers['content-type'] ?? 'application/json';
  const event = { specversion: '1.0', ...attributes, datacontenttype } as const;
  if (type === '' || isJsonType(type)) return { ...event, data: parseJson(body.toString(), 'the body') };
  const view = bytesView(body);
  return 'body' in view ? { ...event, data: view.body } : { ...event, data_base64: view.bodyBase64 };
}
