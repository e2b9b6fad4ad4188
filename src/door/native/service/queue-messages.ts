import type { IncomingMessage } from 'node:http';
import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { MAX_MESSAGE_BYTES } from '../../../service/queue/new-messages.ts';
import { QUEUE_NAME_PATTERN } from '../../../service/queue/queue-settings.ts';
import type { Cause } from '../../../service/queue/queues.ts';
import type { NewMessage } from '../../../store/queue.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { receiveBody } from '../../body.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { authorize, principalOf } from '../../principal.ts';
import { traceOf } from '../../trace-context.ts';
import { bytesView } from '../bytes-view.ts';
import { whileConnected } from '../function/gone.ts';
import { readJsonBody } from '../json-body.ts';
import { cursor, ProblemAnswer } from '../schemas.ts';
import {
  NewMessages,
  QueueParameters,
  ReceiptParameters,
  ReceivedMessageView,
  SendAnswer,
  StoredMessageView,
} from './queue-schemas.ts';

const MAX_JSON_BYTES = 65_536;
/** Base64 makes a batch longer by a third. */
const MAX_BATCH_BYTES = 25_165_824;
const DEFAULT_PEEK = 10;
const DEFAULT_RATE = 100;
const ATTRIBUTE = 'fob-attribute-';
const tags = ['queues'];

/** Messages of queues: sent, received, looked at; dead letters go back. */
export function addQueueMessageRoutes(app: App, { lifecycle, services: { queues } }: DoorContext): void {
  app.post(
    '/v1/queues/:name/messages',
    {
      config: permit('queue:send', 'queue'),
      schema: {
        tags,
        summary: 'Sends one message: the body as it is',
        description:
          'Headers `Fob-Attribute-<name>` become attributes; the content type is kept as the attribute `content-type`. `Fob-Delay-Ms`, `Fob-Group` and `Fob-Deduplication-Id` as in a batch.',
        operationId: 'sendMessage',
        params: QueueParameters,
        response: answers({ 201: SendAnswer, '4xx': ProblemAnswer, 507: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'send');
      const body = await receiveBody(request.raw, reply.raw, MAX_MESSAGE_BYTES);
      const [sent] = await queues.send(name, [{ body, ...messageHeaders(request.raw) }], causeOf(request.raw));
      return reply.code(201).send(sent);
    },
  );

  app.post(
    '/v1/queues/:name/batch',
    {
      preValidation: readJsonBody(MAX_BATCH_BYTES),
      config: permit('queue:send', 'queue'),
      schema: {
        tags,
        summary: 'Sends several messages, all or none',
        operationId: 'sendMessages',
        params: QueueParameters,
        body: NewMessages,
        response: answers({
          201: Type.Object({ messages: Type.Array(SendAnswer) }),
          '4xx': ProblemAnswer,
          507: ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'send');
      const messages = request.body.messages.map(({ body, bodyBase64, ...rest }): NewMessage => {
        if (body !== undefined && bodyBase64 !== undefined) {
          throw new Problem('invalid_request', 'give each message a `body` or a `bodyBase64`, not both');
        }
        return { ...rest, body: body === undefined ? Buffer.from(bodyBase64 ?? '', 'base64') : Buffer.from(body) };
      });
      return reply.code(201).send({ messages: await queues.send(name, messages, causeOf(request.raw)) });
    },
  );

  app.post(
    '/v1/queues/:name/receive',
    {
      config: permit('queue:receive', 'queue'),
      schema: {
        tags,
        summary: 'Receives messages and hides them from others for a while',
        description:
          'Delete each when it is done; what is not deleted becomes visible again. A request that waits ends without messages when its client goes away.',
        operationId: 'receiveMessages',
        params: QueueParameters,
        querystring: Type.Object(
          {
            max: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Most messages; default 1' })),
            waitMs: Type.Optional(
              Type.Integer({ minimum: 0, maximum: 20_000, description: 'How long to wait for a first one; default 0' }),
            ),
            visibilityMs: Type.Optional(
              Type.Integer({ minimum: 0, maximum: 43_200_000, description: "Default: the queue's" }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ messages: Type.Array(ReceivedMessageView) }), '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'receive');
      const { max = 1, ...options } = request.query;
      const messages = await whileConnected(lifecycle, reply, (signal) =>
        queues.receive(name, { ...options, max, signal }),
      );
      // Whoever left in this moment does not keep them from others.
      if (reply.raw.destroyed) for (const { receipt } of messages) await queues.changeVisibility(name, receipt, 0);
      return { messages: messages.map(({ body, ...message }) => ({ ...message, ...bytesView(body) })) };
    },
  );

  app.delete(
    '/v1/queues/:name/messages/:receipt',
    {
      config: permit('queue:receive', 'queue'),
      schema: {
        tags,
        summary: 'Deletes a received message: it is done',
        operationId: 'deleteMessage',
        params: ReceiptParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name, receipt } = request.params;
      authorize(request.raw, 'queue', name, 'receive');
      if (!(await queues.delete(name, receipt))) throw staleReceipt();
      return reply.code(204).send();
    },
  );

  app.patch(
    '/v1/queues/:name/messages/:receipt',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permit('queue:receive', 'queue'),
      schema: {
        tags,
        summary: 'Hides a received message for so long from now on; 0 gives it back',
        operationId: 'changeVisibility',
        params: ReceiptParameters,
        body: Type.Object(
          { visibilityMs: Type.Integer({ minimum: 0, maximum: 43_200_000 }) },
          { additionalProperties: false },
        ),
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name, receipt } = request.params;
      authorize(request.raw, 'queue', name, 'receive');
      if (!(await queues.changeVisibility(name, receipt, request.body.visibilityMs))) throw staleReceipt();
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/queues/:name/messages',
    {
      config: permit('queue:receive', 'queue'),
      schema: {
        tags,
        summary: 'Looks at messages in order of sending, without receiving them',
        operationId: 'peekMessages',
        params: QueueParameters,
        querystring: Type.Object(
          {
            cursor,
            limit: Type.Optional(
              Type.Integer({ minimum: 1, maximum: 100, description: `Most messages; default ${DEFAULT_PEEK}` }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({ messages: Type.Array(StoredMessageView), cursor: Type.Optional(Type.String()) }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'receive');
      const { items, ...next } = await queues.peek(name, { limit: DEFAULT_PEEK, ...request.query });
      return { messages: items.map(({ body, ...message }) => ({ ...message, ...bytesView(body) })), ...next };
    },
  );

  app.post(
    '/v1/queues/:name/purge',
    {
      config: permit('queue:manage', 'queue'),
      schema: {
        tags,
        summary: 'Removes all messages of a queue',
        operationId: 'purgeQueue',
        params: QueueParameters,
        response: answers({ 200: Type.Object({ purged: Type.Integer() }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'manage');
      return { purged: await queues.purge(name) };
    },
  );

  app.post(
    '/v1/queues/:name/redrive',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permit('queue:manage', 'queue'),
      schema: {
        tags,
        summary: 'Moves dead letters back to the queues that they came from',
        description:
          'Answers when all that could be received at its start were moved; it stops where the client goes away. Messages that came from nowhere stay, unless `to` says where they go.',
        operationId: 'redriveQueue',
        params: QueueParameters,
        body: Type.Object(
          {
            to: Type.Optional(Type.String({ pattern: QUEUE_NAME_PATTERN })),
            ratePerSecond: Type.Optional(
              Type.Number({ minimum: 0.01, maximum: 10_000, description: `Default ${DEFAULT_RATE}` }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ moved: Type.Integer() }), '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      authorize(request.raw, 'queue', name, 'manage');
      const { ratePerSecond = DEFAULT_RATE, to } = request.body;
      if (to !== undefined) authorize(request.raw, 'queue', to, 'send');
      const moved = await whileConnected(lifecycle, reply, (signal) =>
        queues.redrive(name, { ratePerSecond, signal, ...(to !== undefined && { to }) }),
      );
      return { moved };
    },
  );
}

/** What the headers of a request say of the message in its body. */
function messageHeaders({ headers }: IncomingMessage): Omit<NewMessage, 'body'> {
  const text = (value: string | string[] | undefined) =>
    value === undefined ? undefined : Buffer.from(String(value), 'latin1').toString();
  const attributes: Record<string, string> = {};
  if (headers['content-type'] !== undefined) attributes['content-type'] = headers['content-type'];
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(ATTRIBUTE)) attributes[name.slice(ATTRIBUTE.length)] = text(value) ?? '';
  }
  const delay = text(headers['fob-delay-ms']);
  if (delay !== undefined && !/^\d{1,12}$/.test(delay)) {
    throw new Problem('invalid_request', 'Fob-Delay-Ms takes a whole number of milliseconds');
  }
  const group = text(headers['fob-group']);
  const deduplicationId = text(headers['fob-deduplication-id']);
  return {
    attributes,
    ...(delay !== undefined && { delayMs: Number(delay) }),
    ...(group !== undefined && { group }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  };
}

function staleReceipt(): Problem {
  return new Problem(
    'not_found',
    'this receipt is not valid (any more): the message was deleted, or has become visible again; receive it once more',
  );
}

function causeOf(req: IncomingMessage): Cause {
  return { hops: principalOf(req).hops, trace: traceOf(req) };
}
