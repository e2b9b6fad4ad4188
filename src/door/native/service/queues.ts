import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { QueueChangeSchema } from '../../../service/queue/queue-settings.ts';
import type { QueueView } from '../../../service/queue/queues.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit, permitAny } from '../../permission.ts';
import { authorize, may, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';
import { QueueAnswer, QueueParameters } from './queue-schemas.ts';

const MAX_JSON_BYTES = 65_536;
const tags = ['queues'];

/** Queues and their settings. */
export function addQueueRoutes(app: App, { services: { queues } }: DoorContext): void {
  const shown = async (view: QueueView) => ({ ...view, stats: await queues.stats(view.name) });
  const contested = (name: string): Contested => ({
    what: `queue "${name}"`,
    stands: async () => {
      const view = await queues.find(name);
      return view && shown(view);
    },
  });

  app.get(
    '/v1/queues',
    {
      config: permitAny('queue:read'),
      schema: {
        tags,
        summary: 'Lists queues in the order of their names',
        operationId: 'listQueues',
        response: answers({ 200: Type.Object({ queues: Type.Array(QueueAnswer) }) }),
      },
    },
    async (request) => {
      if (principalOf(request.raw).kind === 'function') authorize(request.raw, 'queue', '*', 'manage');
      const listed = (await queues.list()).filter(({ name }) =>
        may(request.raw, 'queue', name, 'manage', 'queue:read'),
      );
      return { queues: await Promise.all(listed.map(shown)) };
    },
  );

  app.put(
    '/v1/queues/:name',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permit('queue:manage', 'queue'),
      schema: {
        tags,
        summary: 'Creates a queue, or changes the settings that are given',
        description: `A name that ends in \`.fifo\` makes a FIFO queue. \`If-None-Match: *\` only creates; ${IF_MATCH}`,
        operationId: 'putQueue',
        params: QueueParameters,
        body: QueueChangeSchema,
        response: answers({ 200: QueueAnswer, 201: QueueAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'manage');
      const isNew = (await queues.find(name)) === undefined;
      const view = await changeSeen(request, contested(name), (expected) =>
        queues.create(name, request.body, expected),
      );
      return reply
        .code(isNew ? 201 : 200)
        .header('ETag', etag(view.revision))
        .send(await shown(view));
    },
  );

  app.get(
    '/v1/queues/:name',
    {
      config: permit('queue:read', 'queue'),
      schema: {
        tags,
        summary: 'Shows a queue: settings and how it stands',
        operationId: 'getQueue',
        params: QueueParameters,
        response: answers({ 200: QueueAnswer, 404: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'receive', 'queue:read');
      const view = await queues.find(name);
      if (view === undefined) throw absent(name);
      return reply.header('ETag', etag(view.revision)).send(await shown(view));
    },
  );

  app.delete(
    '/v1/queues/:name',
    {
      config: permit('queue:manage', 'queue'),
      schema: {
        tags,
        summary: 'Removes a queue with its messages',
        description: IF_MATCH,
        operationId: 'removeQueue',
        params: QueueParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'manage');
      const removed = await changeSeen(request, contested(name), (expected) => queues.remove(name, expected));
      if (!removed) throw absent(name);
      return reply.code(204).send();
    },
  );
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no queue "${name}"; GET /v1/queues lists them`);
}
