import type { IncomingHttpHeaders } from 'node:http';
import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { SPACE_NAME_PATTERN } from '../../../service/key-value/stored-spaces.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { receiveBody } from '../../body.ts';
import type { DoorContext } from '../../context.ts';
import { permit, permitAny } from '../../permission.ts';
import { authorize, may, principalOf } from '../../principal.ts';
import { bytesView } from '../bytes-view.ts';
import { etag, statedRevision, underPrecondition } from '../precondition.ts';
import { cursor, DEFAULT_PAGE, limit, ProblemAnswer } from '../schemas.ts';

const MAX_VALUE_BYTES = 1_048_576;
const MAX_LIFE_MS = 3_153_600_000_000;
const tags = ['key-value'];

const SpaceParameters = Type.Object({ space: Type.String({ pattern: SPACE_NAME_PATTERN }) });
const KeyParameters = Type.Object({
  ...SpaceParameters.properties,
  '*': Type.String({ description: 'The key, percent-encoded where it must be; it may hold `/`' }),
});
const preconditions = '`If-Match: "<revision>"` demands that it is unchanged, `If-None-Match: *` that it is absent.';

/** Key-value spaces: small values under keys, with compare-and-set and expiry. */
export function addKeyValueRoutes(app: App, context: DoorContext): void {
  const { clock } = context;
  const { keyValue } = context.services;

  app.get(
    '/v1/kv',
    {
      config: permitAny('kv:list'),
      schema: {
        tags,
        summary: 'Lists the spaces that hold keys',
        operationId: 'listSpaces',
        response: answers({
          200: Type.Object({ spaces: Type.Array(Type.Object({ space: Type.String(), keys: Type.Integer() })) }),
        }),
      },
    },
    async (request) => {
      if (principalOf(request.raw).kind === 'function') authorize(request.raw, 'kv', '*', 'manage');
      const spaces = await keyValue.spaces();
      return { spaces: spaces.filter(({ space }) => may(request.raw, 'kv', space, 'manage', 'kv:list')) };
    },
  );

  app.get(
    '/v1/kv/:space',
    {
      config: permit('kv:read', 'kv', 'space'),
      schema: {
        tags,
        summary: 'Lists the keys of a space in their order',
        operationId: 'listKeyValues',
        params: SpaceParameters,
        querystring: Type.Object(
          {
            prefix: Type.Optional(Type.String({ maxLength: 1_024, description: 'Keys that start so' })),
            values: Type.Optional(Type.Boolean({ description: 'With the values; default false' })),
            limit,
            cursor: Type.Optional(Type.String({ ...cursor, maxLength: 4_096 })),
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            entries: Type.Array(
              Type.Object({
                key: Type.String(),
                revision: Type.Integer(),
                bytes: Type.Integer(),
                expiresAtMs: Type.Optional(Type.Number()),
                value: Type.Optional(Type.String()),
                valueBase64: Type.Optional(Type.String({ description: 'In place of `value`, where it is no text' })),
              }),
            ),
            cursor: Type.Optional(Type.String()),
          }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { space } = request.params;
      authorize(request.raw, 'kv', space, 'read');
      const { values = false, limit: most = DEFAULT_PAGE, ...query } = request.query;
      const { items, ...next } = await keyValue.list(space, { ...query, limit: most });
      const entries = items.map(({ value, ...entry }) => ({
        ...entry,
        bytes: value.length,
        ...(values && valueView(value)),
      }));
      return { entries, ...next };
    },
  );

  app.delete(
    '/v1/kv/:space',
    {
      config: permit('kv:manage', 'kv', 'space'),
      schema: {
        tags,
        summary: 'Removes all keys of a space',
        operationId: 'clearSpace',
        params: SpaceParameters,
        response: answers({ 200: Type.Object({ removed: Type.Integer() }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { space } = request.params;
      authorize(request.raw, 'kv', space, 'manage');
      return { removed: await keyValue.clear(space) };
    },
  );

  app.get(
    '/v1/kv/:space/*',
    {
      config: permit('kv:read', 'kv', 'space'),
      schema: {
        tags,
        summary: 'Gets a value, byte for byte',
        description: 'The ETag is its revision; `Fob-Expires-At-Ms` says when it goes, where it does.',
        operationId: 'getValue',
        params: KeyParameters,
        response: answers({ 404: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { space, '*': key } = request.params;
      authorize(request.raw, 'kv', space, 'read');
      const entry = await keyValue.get(space, key);
      if (entry === undefined) throw absent(space, key);
      if (entry.expiresAtMs !== undefined) reply.header('Fob-Expires-At-Ms', entry.expiresAtMs);
      return reply
        .header('ETag', etag(entry.revision))
        .header('X-Content-Type-Options', 'nosniff')
        .type('application/octet-stream')
        .send(entry.value);
    },
  );

  app.put(
    '/v1/kv/:space/*',
    {
      config: permit('kv:write', 'kv', 'space'),
      schema: {
        tags,
        summary: 'Sets a value: the body as it is',
        description: preconditions,
        operationId: 'putValue',
        params: KeyParameters,
        querystring: Type.Object(
          {
            ttlMs: Type.Optional(
              Type.Integer({
                minimum: 1,
                maximum: MAX_LIFE_MS,
                description: 'It goes after so long; the header `Fob-Expires-In-Ms` says the same',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({ key: Type.String(), revision: Type.Integer(), expiresAtMs: Type.Optional(Type.Number()) }),
          '4xx': ProblemAnswer,
          507: ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { space, '*': key } = request.params;
      authorize(request.raw, 'kv', space, 'write');
      const lifeMs = request.query.ttlMs ?? lifeOf(request.headers);
      const expected = await demanded(request.headers, space, key);
      const value = await receiveBody(request.raw, reply.raw, MAX_VALUE_BYTES);
      const expiry = lifeMs === undefined ? {} : { expiresAtMs: clock.now() + lifeMs };
      const options = { ...expiry, ...(expected !== undefined && { expectedRevision: expected }) };
      const revision = await underPrecondition(expected, () => keyValue.put(space, key, value, options));
      reply.header('ETag', etag(revision));
      return { key, revision, ...expiry };
    },
  );

  app.delete(
    '/v1/kv/:space/*',
    {
      config: permit('kv:write', 'kv', 'space'),
      schema: {
        tags,
        summary: 'Removes a key',
        description: preconditions,
        operationId: 'removeValue',
        params: KeyParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { space, '*': key } = request.params;
      authorize(request.raw, 'kv', space, 'write');
      const expected = await demanded(request.headers, space, key);
      if (!(await underPrecondition(expected, () => keyValue.delete(space, key, expected)))) throw absent(space, key);
      return reply.code(204).send();
    },
  );

  async function demanded(headers: IncomingHttpHeaders, space: string, key: string): Promise<number | undefined> {
    const stated = statedRevision(headers, 'the key');
    if (stated !== 'existing') return stated;
    const entry = await keyValue.get(space, key);
    if (entry === undefined) throw new Problem('precondition_failed', `there is no key "${key}" in "${space}"`);
    return entry.revision;
  }
}

function valueView(value: Buffer): { value: string } | { valueBase64: string } {
  const view = bytesView(value);
  return 'body' in view ? { value: view.body } : { valueBase64: view.bodyBase64 };
}

function lifeOf(headers: IncomingHttpHeaders): number | undefined {
  const given = headers['fob-expires-in-ms'];
  if (given === undefined) return undefined;
  const lifeMs = /^\d{1,13}$/.test(String(given)) ? Number(given) : 0;
  if (lifeMs >= 1 && lifeMs <= MAX_LIFE_MS) return lifeMs;
  throw new Problem('invalid_request', `Fob-Expires-In-Ms takes 1 to ${MAX_LIFE_MS} milliseconds`);
}

function absent(space: string, key: string): Problem {
  return new Problem('not_found', `there is no key "${key.slice(0, 200)}" in the space "${space}"`);
}
