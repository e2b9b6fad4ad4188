import Type from 'typebox';
import { createTestEvents } from '../../../engine/documents/test-events.ts';
import { Problem } from '../../../model/problem.ts';
import { type StoredTestEvent, TEST_EVENT_LIMITS, TEST_EVENT_NAME_PATTERN } from '../../../model/test-event.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permitFunction } from '../../permission.ts';
import { demand, nameOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { NameParameters, ProblemAnswer } from '../schemas.ts';
import { foundFunction } from './found-function.ts';

/** JSON in JSON: each of its quotes takes two bytes, and what is written as `\u0000` six. */
const MAX_BODY_BYTES = 6 * TEST_EVENT_LIMITS.bytes + 1_024;
const tags = ['functions'];
const BOUNDS = `At most ${TEST_EVENT_LIMITS.count} of a function, of ${TEST_EVENT_LIMITS.bytes / 1_024} KiB each`;

const Parameters = Type.Object({
  ...NameParameters.properties,
  event: Type.String({ pattern: TEST_EVENT_NAME_PATTERN, description: 'Name of a test event' }),
});
const Facts = {
  function: Type.String(),
  name: Type.String(),
  bytes: Type.Integer({ description: 'Of its text, as UTF-8' }),
  revision: Type.Integer({ description: 'Also the ETag; give it in If-Match to change only what you have seen' }),
  updatedAt: Type.String(),
  updatedBy: Type.String(),
};
const Listed = Type.Object(Facts);
const Shown = Type.Object({
  ...Facts,
  text: Type.String({ description: 'The event: JSON, letter for letter as it was written' }),
});
const Body = Type.Object(
  { text: Type.String({ description: `JSON, which is kept letter for letter. ${BOUNDS}` }) },
  { additionalProperties: false },
);

/** Test events: what a function is run with again and again, kept for all who may run it. */
export function addTestEventRoutes(app: App, context: DoorContext): void {
  const { engine, store, clock } = context;
  const events = createTestEvents({ registry: store.registry, clock });
  const ownName = (nameOrId: string) => foundFunction(engine, nameOrId).document.name;
  const stands = async (functionName: string, name: string) => {
    const stored = await events.find(functionName, name);
    return stored === undefined ? undefined : shown(stored);
  };
  const contested = (functionName: string, name: string): Contested => ({
    what: `test event "${name}"`,
    stands: () => stands(functionName, name),
  });

  app.get(
    '/v1/functions/:name/test-events',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Lists the test events of a function, in the order of their names',
        operationId: 'listTestEvents',
        params: NameParameters,
        response: answers({ 200: Type.Object({ testEvents: Type.Array(Listed) }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => ({ testEvents: (await events.list(ownName(request.params.name))).map(listed) }),
  );

  app.get(
    '/v1/functions/:name/test-events/:event',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Shows a test event as it was written',
        operationId: 'getTestEvent',
        params: Parameters,
        response: answers({ 200: Shown, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const name = ownName(request.params.name);
      const view = await stands(name, request.params.event);
      if (view === undefined) throw noTestEvent(name, request.params.event);
      return reply.header('ETag', etag(view.revision)).send(view);
    },
  );

  app.put(
    '/v1/functions/:name/test-events/:event',
    {
      preValidation: readJsonBody(MAX_BODY_BYTES),
      config: permitFunction('function:invoke'),
      schema: {
        tags,
        summary: 'Keeps an event, to run the function with it again',
        description: `Whoever may invoke the function and see its settings may; all who see its settings see it. It goes with the function. ${BOUNDS}. ${IF_MATCH} \`If-None-Match: *\` only makes a new one.`,
        operationId: 'putTestEvent',
        params: Parameters,
        body: Body,
        response: answers({ 200: Shown, 201: Shown, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { event } = request.params;
      const name = ownName(request.params.name);
      demand(request.raw, 'function:read', `function:${name}`);
      noteAudit(request.raw, { action: 'function:test-event', details: { testEvent: event, how: 'saved' } });
      const saved = await changeSeen(request, contested(name, event), (expectedRevision) =>
        events.save(name, event, {
          text: request.body.text,
          by: nameOf(request.raw),
          ...(expectedRevision !== undefined && { expectedRevision }),
        }),
      );
      if (saved.isNew) reply.code(201);
      return reply.header('ETag', etag(saved.revision)).send(shown(saved));
    },
  );

  app.delete(
    '/v1/functions/:name/test-events/:event',
    {
      config: permitFunction('function:invoke'),
      schema: {
        tags,
        summary: 'Removes a test event',
        description: `Whoever may save it may. ${IF_MATCH}`,
        operationId: 'removeTestEvent',
        params: Parameters,
        response: answers({ 204: Removed, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { event } = request.params;
      const name = ownName(request.params.name);
      demand(request.raw, 'function:read', `function:${name}`);
      noteAudit(request.raw, { action: 'function:test-event', details: { testEvent: event, how: 'removed' } });
      const removed = await changeSeen(request, contested(name, event), (expected) =>
        events.remove(name, event, expected),
      );
      if (!removed) throw noTestEvent(name, event);
      return reply.code(204).send();
    },
  );
}

function listed({ document, revision }: StoredTestEvent) {
  const { function: functionName, name, text, updatedAt, updatedBy } = document;
  return { function: functionName, name, bytes: Buffer.byteLength(text), revision, updatedAt, updatedBy };
}

function shown(stored: StoredTestEvent) {
  return { ...listed(stored), text: stored.document.text };
}

function noTestEvent(functionName: string, name: string): Problem {
  return new Problem(
    'not_found',
    `the function "${functionName}" has no test event "${name}": fob event list ${functionName} shows those that it has`,
    { details: { name: functionName, testEvent: name } },
  );
}
