import type { IncomingMessage } from 'node:http';
import Type from 'typebox';
import { CLOUD_EVENT_TYPE } from '../../model/cloudevents.ts';
import type { CloudEvent } from '../../model/event.ts';
import { formatId, newId } from '../../model/id.ts';
import { isObject } from '../../model/json.ts';
import { isJsonType } from '../../model/media-type.ts';
import { Problem } from '../../model/problem.ts';
import { TOPIC_NAME_PATTERN } from '../../service/topic/topic-rules.ts';
import type { TopicView } from '../../service/topic/topics.ts';
import { answers, Done } from '../answer-schemas.ts';
import type { App } from '../app.ts';
import { receiveBody } from '../body.ts';
import type { DoorContext } from '../context.ts';
import { mediaTypeOf } from '../media-type.ts';
import { permit, permitAny } from '../permission.ts';
import { authorize, may, principalOf } from '../principal.ts';
import { BytesView, bytesView } from './bytes-view.ts';
import { causedBy } from './caused-by.ts';
import { etag } from './function-view.ts';
import { readJsonBody } from './json-body.ts';
import { type Contested, changeSeen, IF_MATCH } from './precondition.ts';
import { cursor, ProblemAnswer } from './schemas.ts';
import { parseJson } from './upload.ts';

const MAX_JSON_BYTES = 65_536;
const MAX_EVENT_BODY_BYTES = 1_048_576;
const DEFAULT_PEEK = 10;
const tags = ['topics'];

const TopicParameters = Type.Object({ name: Type.String({ pattern: TOPIC_NAME_PATTERN }) });
const Filter = Type.Record(Type.String(), Type.Unknown(), { description: 'An event pattern' });
const SubscriptionView = Type.Object({
  id: Type.String(),
  destination: Type.String(),
  filter: Type.Optional(Filter),
});
const TopicAnswer = Type.Object({
  name: Type.String(),
  revision: Type.Integer({ description: 'Of its subscriptions; also the ETag' }),
  createdAt: Type.String(),
  subscriptions: Type.Array(SubscriptionView),
  published: Type.Integer({ description: 'Events since the node started' }),
  dead: Type.Integer({ description: 'Deliveries to addresses that were given up' }),
});

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 2_048, description }));

/** Topics: subscriptions, publishing, and deliveries that were given up. */
export function addTopicRoutes(app: App, context: DoorContext): void {
  const { clock } = context;
  const { topics, errands } = context.services;
  const shown = async (view: TopicView) => ({ ...view, dead: await errands.deadCount(`topic/${view.name}`) });
  const contested = (name: string): Contested => ({
    what: `topic "${name}"`,
    stands: async () => {
      const view = await topics.find(name);
      return view && shown(view);
    },
  });

  app.get(
    '/v1/topics',
    {
      config: permitAny('topic:read'),
      schema: {
        tags,
        summary: 'Lists topics in the order of their names',
        operationId: 'listTopics',
        response: answers({ 200: Type.Object({ topics: Type.Array(TopicAnswer) }) }),
      },
    },
    async (request) => {
      if (principalOf(request.raw).kind === 'function') authorize(request.raw, 'topic', '*', 'manage');
      const listed = (await topics.list()).filter(({ name }) =>
        may(request.raw, 'topic', name, 'manage', 'topic:read'),
      );
      return { topics: await Promise.all(listed.map(shown)) };
    },
  );

  app.put(
    '/v1/topics/:name',
    {
      config: permit('topic:manage', 'topic'),
      schema: {
        tags,
        summary: 'Creates a topic; one that exists stays as it is',
        description: '`If-None-Match: *` only creates.',
        operationId: 'putTopic',
        params: TopicParameters,
        response: answers({ 200: TopicAnswer, 201: TopicAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'manage');
      const isNew = (await topics.find(name)) === undefined;
      const view = await changeSeen(request, contested(name), (expected) => topics.create(name, expected));
      return reply
        .code(isNew ? 201 : 200)
        .header('ETag', etag(view.revision))
        .send(await shown(view));
    },
  );

  app.get(
    '/v1/topics/:name',
    {
      config: permit('topic:read', 'topic'),
      schema: {
        tags,
        summary: 'Shows a topic with its subscriptions',
        operationId: 'getTopic',
        params: TopicParameters,
        response: answers({ 200: TopicAnswer, 404: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'manage', 'topic:read');
      const view = await found(name);
      return reply.header('ETag', etag(view.revision)).send(await shown(view));
    },
  );

  app.delete(
    '/v1/topics/:name',
    {
      config: permit('topic:manage', 'topic'),
      schema: {
        tags,
        summary: 'Removes a topic with its subscriptions; what was published is still delivered',
        description: IF_MATCH,
        operationId: 'removeTopic',
        params: TopicParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'manage');
      const removed = await changeSeen(request, contested(name), (expected) => topics.remove(name, expected));
      if (!removed) throw absent(name);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/topics/:name/subscriptions',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permit('topic:manage', 'topic'),
      schema: {
        tags,
        summary: 'Subscribes a queue, an address or a bucket',
        description: `Functions subscribe by a trigger of the type \`topic\`. The same subscription again answers with the first. ${IF_MATCH} The revision is the topic's.`,
        operationId: 'subscribe',
        params: TopicParameters,
        body: Type.Object(
          {
            destination: Type.String({
              maxLength: 2_048,
              description:
                '`queue:<name>`, `bucket:<name>/<prefix>`, or an http(s) address that gets each event by POST',
            }),
            filter: Type.Optional(Filter),
          },
          { additionalProperties: false },
        ),
        response: answers({ 201: SubscriptionView, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'topic', name, 'manage');
      const made = await changeSeen(request, contested(name), (expected) =>
        topics.subscribe(name, request.body, expected),
      );
      return reply.code(201).send(made);
    },
  );

  app.delete(
    '/v1/topics/:name/subscriptions/:id',
    {
      config: permit('topic:manage', 'topic'),
      schema: {
        tags,
        summary: 'Ends a subscription',
        description: `${IF_MATCH} The revision is the topic's.`,
        operationId: 'unsubscribe',
        params: Type.Object({ ...TopicParameters.properties, id: Type.String({ maxLength: 64 }) }),
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name, id } = request.params;
      authorize(request.raw, 'topic', name, 'manage');
      const ended = await changeSeen(request, contested(name), (expected) => topics.unsubscribe(name, id, expected));
      if (!ended) {
        throw new Problem('not_found', `the topic "${name}" has no subscription "${id}"`);
      }
      return reply.code(204).send();
    },
  );

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

  async function found(name: string): Promise<TopicView> {
    const view = await topics.find(name);
    if (view === undefined) throw absent(name);
    return view;
  }
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

function absent(name: string): Problem {
  return new Problem('not_found', `there is no topic "${name}"; GET /v1/topics lists them`);
}
