import Type from 'typebox';
import { UserSettings } from '../../../model/identity.ts';
import { Problem } from '../../../model/problem.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';
import { change, changer } from './identity-change.ts';
import { expiryOf, IssuedAnswer, issuedAnswer, NewUserBody, UserAnswer, UserParameters } from './identity-schemas.ts';

const MAX_BODY_BYTES = 262_144;
const tags = ['identity'];
const preValidation = readJsonBody(MAX_BODY_BYTES);

/** Users: listed, created, changed, removed. */
export function addUserRoutes(app: App, { identity }: DoorContext): void {
  const found = (name: string) => {
    const user = identity.user(name);
    if (user === undefined) throw new Problem('not_found', `there is no user "${name}"; GET /v1/users lists them`);
    return user;
  };
  const contested = (name: string): Contested => ({ what: `user "${name}"`, stands: () => identity.user(name) });

  app.get(
    '/v1/users',
    {
      config: permit('identity:read'),
      schema: {
        tags,
        summary: 'Lists users in the order of their names',
        operationId: 'listUsers',
        response: answers({ 200: Type.Object({ users: Type.Array(UserAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async () => ({ users: identity.users() }),
  );

  app.post(
    '/v1/users',
    {
      preValidation,
      config: permit('identity:write'),
      schema: {
        tags,
        summary: 'Creates a user',
        description:
          'From the first user on, the node demands a credential of every request, on loopback, too. That one must be an administrator, with a token or a password.',
        operationId: 'createUser',
        body: NewUserBody,
        response: answers({
          201: Type.Object({ ...UserAnswer.properties, token: Type.Optional(IssuedAnswer) }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name, password, token, ...settings } = request.body;
      const by = changer(request);
      const made = await identity.putUser(name, settings, {
        ...by,
        expectedRevision: 0,
        ...(token !== undefined && {
          token: {
            label: token.label ?? 'made with the user',
            ...expiryOf(token.expiresAt),
            by: principalOf(request.raw).name,
          },
        }),
        ...(password !== undefined && { password }),
      });
      const { token: issued, ...user } = made;
      noteAudit(request.raw, { subject: `user:${name}`, after: user });
      reply
        .code(201)
        .header('Location', `/v1/users/${encodeURIComponent(name)}`)
        .header('ETag', etag(user.revision));
      return { ...user, ...(issued !== undefined && { token: issuedAnswer(issued) }) };
    },
  );

  app.get(
    '/v1/users/:name',
    {
      config: permit('identity:read'),
      schema: {
        tags,
        summary: 'Shows a user',
        operationId: 'getUser',
        params: UserParameters,
        response: answers({ 200: UserAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const user = found(request.params.name);
      reply.header('ETag', etag(user.revision));
      return user;
    },
  );

  app.patch(
    '/v1/users/:name',
    {
      preValidation,
      config: permit('identity:write'),
      schema: {
        tags,
        summary: 'Changes a user; what is not given stays',
        description: IF_MATCH,
        operationId: 'changeUser',
        params: UserParameters,
        body: UserSettings,
        response: answers({ 200: UserAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = found(name);
      const user = await change(request, contested(name), (options) => identity.putUser(name, request.body, options));
      noteAudit(request.raw, { subject: `user:${name}`, before, after: user });
      reply.header('ETag', etag(user.revision));
      return user;
    },
  );

  app.delete(
    '/v1/users/:name',
    {
      config: permit('identity:write'),
      schema: {
        tags,
        summary: 'Removes a user, with their tokens; what they own stays',
        description: IF_MATCH,
        operationId: 'removeUser',
        params: UserParameters,
        response: answers({ 204: Removed, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = found(name);
      await change(request, contested(name), (options) => identity.removeUser(name, options));
      noteAudit(request.raw, { subject: `user:${name}`, before });
      return reply.code(204).send();
    },
  );
}
