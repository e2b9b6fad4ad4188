import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import {
  SECRET_FUNCTIONS_PATTERN,
  SECRET_LIMITS,
  SECRET_NAME_PATTERN,
  type SecretView,
} from '../../../model/secret.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permit, permitAny } from '../../permission.ts';
import { nameOf, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { flag, ProblemAnswer } from '../schemas.ts';

/** A value whose every character is escaped, and the rest. */
const MAX_BODY_BYTES = SECRET_LIMITS.bytes * 6 + 65_536;
const tags = ['secrets'];

const SecretParameters = Type.Object({ name: Type.String({ pattern: SECRET_NAME_PATTERN }) });
const Functions = Type.Array(Type.String({ pattern: SECRET_FUNCTIONS_PATTERN }), {
  maxItems: SECRET_LIMITS.functions,
  description: 'Functions that may have it, by name; `*` at the end stands for any rest',
});
const SecretAnswer = Type.Object({
  name: Type.String(),
  revision: Type.Integer({ description: 'Of its value, description and functions; also the ETag' }),
  description: Type.String(),
  functions: Functions,
  createdAt: Type.String(),
  version: Type.Integer({ description: 'The newest' }),
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      createdAt: Type.String(),
      by: Type.String({ description: 'Who set it' }),
      bytes: Type.Integer(),
      redacted: Type.Boolean({ description: 'Long enough to be taken out of logs and errors' }),
      restoredFrom: Type.Optional(Type.Integer({ description: 'The version whose value it has again' })),
    }),
    { description: 'Those that are kept, oldest first; without their values, which nothing shows' },
  ),
  usedBy: Type.Array(
    Type.Object({
      function: Type.String(),
      variable: Type.String({ description: 'The environment variable' }),
      version: Type.Optional(Type.Integer({ description: 'The version that it names; absent: the newest' })),
      granted: Type.Boolean({ description: 'It may have it, by the secret or by its execution role' }),
    }),
  ),
});
const Recycled = Type.Object({
  functions: Type.Array(Type.String()),
  sandboxes: Type.Integer({ description: 'How many are ended as soon as they are idle' }),
});
const KeyAnswer = Type.Object({
  key: Type.String({ description: 'Id of the key that seals' }),
  oldKeys: Type.Array(Type.String(), { description: 'Keys that still open what may be sealed with them' }),
});

/** What the audit trail tells of a secret's change: which value it has, not what that is. */
function auditedOf({ description, functions, versions }: SecretView) {
  const newest = versions.at(-1);
  const restored = newest?.restoredFrom === undefined ? {} : { restoredFrom: newest.restoredFrom };
  return { description, functions, version: newest?.version ?? 0, ...restored };
}

/** Secrets: set, listed, rolled back, removed. No answer ever has a value. */
export function addSecretRoutes(app: App, { governance, engine }: DoorContext): void {
  const { secrets, keyRotation } = governance;
  const answerOf = ({ createdAtMs, versions, functions, ...secret }: SecretView) => ({
    ...secret,
    functions: [...functions],
    createdAt: new Date(createdAtMs).toISOString(),
    version: versions.at(-1)?.version ?? 0,
    versions: versions.map(({ createdAtMs: madeAtMs, ...version }) => ({
      ...version,
      createdAt: new Date(madeAtMs).toISOString(),
    })),
    usedBy: secrets.usersOf(secret.name),
  });
  /** Neither state shows a value. */
  const contested = (name: string, given?: { description?: string; functions?: readonly string[] }): Contested => ({
    what: `secret "${name}"`,
    stands: () => {
      const secret = secrets.find(name);
      return secret && answerOf(secret);
    },
    ...(given !== undefined && { given: { description: given.description, functions: given.functions } }),
  });
  const recycle = (names: Iterable<string>) => {
    const functions = [...new Set(names)];
    return { functions, sandboxes: functions.reduce((sum, name) => sum + engine.recycle(name), 0) };
  };

  app.get(
    '/v1/secrets',
    {
      config: permitAny('secret:read'),
      schema: {
        tags,
        summary: 'Lists secrets in the order of their names, without their values',
        operationId: 'listSecrets',
        response: answers({ 200: Type.Object({ secrets: Type.Array(SecretAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const principal = principalOf(request.raw);
      const shown = secrets.list().filter(({ name }) => principal.may('secret:read', `secret:${name}`));
      return { secrets: shown.map(answerOf) };
    },
  );

  app.get(
    '/v1/secrets/:name',
    {
      config: permit('secret:read', 'secret'),
      schema: {
        tags,
        summary: 'Shows a secret: its versions, and which functions use it; never its value',
        operationId: 'getSecret',
        params: SecretParameters,
        response: answers({ 200: SecretAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const secret = found(request.params.name);
      return reply.header('ETag', etag(secret.revision)).send(answerOf(secret));
    },
  );

  app.put(
    '/v1/secrets/:name',
    {
      config: permit('secret:write', 'secret'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Makes a secret, gives it a new version, or changes who may have it',
        description: `What is not given stays; \`If-None-Match: *\` only makes. ${IF_MATCH} Functions get a new value when their sandboxes are started next: \`POST …/recycle\` has that happen now.`,
        operationId: 'putSecret',
        params: SecretParameters,
        body: Type.Object(
          {
            value: Type.Optional(
              Type.String({ minLength: 1, description: `The value: at most ${SECRET_LIMITS.bytes} bytes of text` }),
            ),
            description: Type.Optional(Type.String({ maxLength: 1_000 })),
            functions: Type.Optional(Functions),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: SecretAnswer, 201: SecretAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = secrets.find(name);
      const isNew = before === undefined;
      const view = await changeSeen(request, contested(name, request.body), (expected) =>
        secrets.set(name, request.body, nameOf(request.raw), expected),
      );
      noteAudit(request.raw, { ...(before && { before: auditedOf(before) }), after: auditedOf(view) });
      // Who may not have it any more must not go on having it.
      if (request.body.functions !== undefined) recycle(withoutGrant(name));
      return reply
        .code(isNew ? 201 : 200)
        .header('ETag', etag(view.revision))
        .send(answerOf(view));
    },
  );

  app.delete(
    '/v1/secrets/:name',
    {
      config: permit('secret:write', 'secret'),
      schema: {
        tags,
        summary: 'Removes a secret with all of its versions',
        description: `One that functions use is removed only by force; those cannot be started then. ${IF_MATCH}`,
        operationId: 'removeSecret',
        params: SecretParameters,
        querystring: Type.Object({ force: flag('Also where functions use it') }, { additionalProperties: false }),
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const users = secrets.usersOf(name).map((user) => user.function);
      const removed = await changeSeen(request, contested(name), (expectedRevision) =>
        secrets.remove(name, {
          force: request.query.force === true,
          ...(expectedRevision !== undefined && { expectedRevision }),
        }),
      );
      if (!removed) throw absent(name);
      recycle(users);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/secrets/:name/rollback',
    {
      config: permit('secret:write', 'secret'),
      preValidation: readJsonBody(1_024),
      schema: {
        tags,
        summary: 'Makes a new version with the value of an earlier one',
        description: IF_MATCH,
        operationId: 'rollbackSecret',
        params: SecretParameters,
        body: Type.Object(
          {
            version: Type.Optional(
              Type.Integer({ minimum: 1, description: 'Whose value; absent: the one before the last' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: SecretAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = secrets.find(name);
      const view = await changeSeen(request, contested(name), (expected) =>
        secrets.rollback(name, request.body.version, nameOf(request.raw), expected),
      );
      noteAudit(request.raw, { ...(before && { before: auditedOf(before) }), after: auditedOf(view) });
      return reply.header('ETag', etag(view.revision)).send(answerOf(view));
    },
  );

  app.post(
    '/v1/secrets/:name/recycle',
    {
      config: permit('secret:write', 'secret'),
      schema: {
        tags,
        summary: 'Has functions that use a secret start with its newest value',
        description: 'Their sandboxes end, each when what it runs is done; the next calls start new ones.',
        operationId: 'recycleSecret',
        params: SecretParameters,
        response: answers({ 200: Recycled, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = found(request.params.name);
      return recycle(secrets.usersOf(name).map((user) => user.function));
    },
  );

  app.get(
    '/v1/vault',
    {
      config: permit('secret:read'),
      schema: {
        tags,
        summary: 'Shows which key seals what is kept secret',
        operationId: 'getVault',
        response: answers({ 200: KeyAnswer, '4xx': ProblemAnswer }),
      },
    },
    async () => keyAnswer(keyRotation.state()),
  );

  app.post(
    '/v1/vault/rotate',
    {
      config: permit('secret:write'),
      schema: {
        tags,
        summary: 'Changes the key: a new one seals everything anew',
        description:
          'Secrets of functions, access keys and triggers. An old key is removed a minute later, once nothing is sealed with it. A backup from before can be read only with the `secret.key` of its time.',
        operationId: 'rotateVault',
        response: answers({
          200: Type.Object({ ...KeyAnswer.properties, resealed: Type.Integer({ description: 'Documents' }) }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async () => {
      const { resealed, ...state } = await keyRotation.rotate();
      return { ...keyAnswer(state), resealed };
    },
  );

  function withoutGrant(name: string): string[] {
    return secrets.usersOf(name).flatMap((user) => (user.granted ? [] : [user.function]));
  }

  function found(name: string): SecretView {
    const secret = secrets.find(name);
    if (secret === undefined) throw absent(name);
    return secret;
  }
}

function keyAnswer({ key, oldKeys }: { key: string; oldKeys: readonly string[] }) {
  return { key, oldKeys: [...oldKeys] };
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no secret "${name}"; GET /v1/secrets lists them`);
}
