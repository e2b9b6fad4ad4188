import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { TOPIC_NAME_PATTERN } from '../../../service/topic/topic-rules.ts';
import type { TopicView } from '../../../service/topic/topics.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit, permitAny } from '../../permission.ts';
import { authorize, may, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';

const MAX_JSON_BYTES = 65_536;
const tags = ['topics'];

export const TopicParameters = Type.Object({ name: Type.String({ pattern: TOPIC_NAME_PATTERN }) });
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

/** Topics and their subscriptions. */
export function addTopicRoutes(app: App, { services: { topics, errands } }: DoorContext): void {
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

  async function found(name: string): Promise<TopicView> {
    const view = await topics.find(name);
    if (view === undefined) throw absent(name);
    return view;
  }
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no topic "${name}"; GET /v1/topics lists them`);
}
