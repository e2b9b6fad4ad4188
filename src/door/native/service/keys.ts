import Type from 'typebox';
import { GRANT_PATTERN } from '../../../model/grant.ts';
import { ONE_LINE_PATTERN } from '../../../model/one-line.ts';
import { Problem } from '../../../model/problem.ts';
import type { AccessKeyView } from '../../../service/access/access-keys.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { demandGrants } from '../../deploy-permission.ts';
import { permit } from '../../permission.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['keys'];

const Grants = Type.Array(Type.String({ pattern: GRANT_PATTERN }), {
  maxItems: 100,
  description: 'What the key may do, such as `bucket:photos:read`; absent: everything',
});
const KeyAnswer = Type.Object({
  accessKeyId: Type.String(),
  label: Type.String(),
  grants: Type.Optional(Grants),
  createdAt: Type.String(),
  expiresAt: Type.Optional(Type.String()),
  lastUsedAt: Type.Optional(Type.String({ description: 'To within some minutes' })),
});

/** Access keys: the credentials of clients that sign their requests, such as those of S3. A function never reaches them: no grant gives that. */
export function addKeyRoutes(app: App, { accessKeys }: DoorContext): void {
  app.get(
    '/v1/keys',
    {
      config: permit('key:read'),
      schema: {
        tags,
        summary: 'Lists access keys, without their secrets',
        operationId: 'listKeys',
        response: answers({ 200: Type.Object({ keys: Type.Array(KeyAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async () => ({ keys: (await accessKeys.list()).map(keyAnswer) }),
  );

  app.post(
    '/v1/keys',
    {
      preValidation: readJsonBody(MAX_BODY_BYTES),
      config: permit('key:write'),
      schema: {
        tags,
        summary: 'Creates an access key; its secret is shown this once',
        operationId: 'createKey',
        body: Type.Object(
          {
            label: Type.Optional(
              Type.String({ pattern: ONE_LINE_PATTERN, maxLength: 256, description: 'What it is for' }),
            ),
            grants: Type.Optional(Grants),
            expiresAt: Type.Optional(
              Type.String({ maxLength: 64, description: 'ISO 8601; absent: it is good until it is removed' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({
          201: Type.Object({ ...KeyAnswer.properties, secretAccessKey: Type.String() }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { label, grants, expiresAt } = request.body;
      demandGrants(request.raw, grants);
      const created = await accessKeys.create({
        ...(label !== undefined && { label }),
        ...(grants !== undefined && { grants }),
        ...(expiresAt !== undefined && { expiresAtMs: timeOf(expiresAt) }),
      });
      return reply.code(201).send({ ...keyAnswer(created), secretAccessKey: created.secretAccessKey });
    },
  );

  app.delete(
    '/v1/keys/:id',
    {
      config: permit('key:write'),
      schema: {
        tags,
        summary: 'Removes an access key; it is refused from then on',
        operationId: 'removeKey',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (await accessKeys.remove(id)) return reply.code(204).send();
      throw new Problem('not_found', `there is no access key "${id}"; GET /v1/keys lists them`);
    },
  );
}

function timeOf(text: string): number {
  const timeMs = Date.parse(text);
  if (!Number.isNaN(timeMs)) return timeMs;
  throw new Problem('invalid_request', '"expiresAt" is no time: write it like 2027-01-31T12:00:00Z');
}

function keyAnswer({ accessKeyId, label, grants, createdAtMs, expiresAtMs, lastUsedAtMs }: AccessKeyView) {
  return {
    accessKeyId,
    label,
    ...(grants !== 'all' && { grants: [...grants] }),
    createdAt: new Date(createdAtMs).toISOString(),
    ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs).toISOString() }),
    ...(lastUsedAtMs !== undefined && { lastUsedAt: new Date(lastUsedAtMs).toISOString() }),
  };
}
