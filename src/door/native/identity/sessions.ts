import Type from 'typebox';
import { EVERYTHING } from '../../../model/permission.ts';
import { Problem } from '../../../model/problem.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { demand, type Principal, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';
import { changer } from './identity-change.ts';
import {
  IssuedAnswer,
  issuedAnswer,
  LoginBody,
  PasswordBody,
  tokenAnswer,
  UserParameters,
} from './identity-schemas.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['identity'];
const preValidation = readJsonBody(MAX_BODY_BYTES);
const Anything = Type.Object({}, { additionalProperties: true });

/** Who asks; sessions and passwords. */
export function addSessionRoutes(app: App, { identity }: DoorContext): void {
  app.get(
    '/v1/session',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Says who asks: user, teams, roles, and what the token is narrowed to',
        operationId: 'whoAmI',
        response: answers({ 200: Anything, 401: ProblemAnswer }),
      },
    },
    async (request) => {
      const principal = principalOf(request.raw);
      const token = principal.tokenId === undefined ? undefined : identity.token(principal.tokenId);
      return {
        kind: principal.kind,
        name: principal.name,
        ...(principal.user !== undefined && { user: principal.user }),
        teams: principal.teams,
        roles: rolesOf(principal, identity),
        ...(token !== undefined && { token: tokenAnswer(token) }),
        credentialsDemanded: identity.hasUsers || principal.credential === true,
      };
    },
  );

  app.post(
    '/v1/session',
    {
      preValidation,
      config: { permission: 'open' },
      schema: {
        tags,
        summary: "Gives a token for a user's password, good for 12 hours",
        description: 'After some wrong passwords, further attempts have to wait, longer each time.',
        operationId: 'logIn',
        body: LoginBody,
        response: answers({ 201: IssuedAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { user, password } = request.body;
      const issued = await identity.login(user, password, request.raw.socket.remoteAddress ?? '');
      noteAudit(request.raw, {
        action: 'session:open',
        subject: `user:${user}`,
        actor: user,
        details: { tokenId: issued.id },
      });
      return reply.code(201).send(issuedAnswer(issued));
    },
  );

  app.delete(
    '/v1/session',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Revokes the token that is sent',
        operationId: 'logOut',
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { tokenId } = principalOf(request.raw);
      if (tokenId === undefined)
        throw new Problem('invalid_request', 'this request has no token that could be revoked');
      await identity.removeToken(tokenId, changer(request));
      noteAudit(request.raw, { action: 'session:close', subject: `token:${tokenId}` });
      return reply.code(204).send();
    },
  );

  app.put(
    '/v1/users/:name/password',
    {
      preValidation,
      config: { permission: 'own' },
      schema: {
        tags,
        summary: "Sets a user's password, and ends their other sessions",
        description:
          'One may set one’s own, giving the present one, and stays signed in where one did; for others it takes `identity:write`.',
        operationId: 'setPassword',
        params: UserParameters,
        body: PasswordBody,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { password, current } = request.body;
      const principal = principalOf(request.raw);
      const isOwn = principal.user === name && principal.narrowed !== true;
      if (!isOwn) demand(request.raw, 'identity:write', EVERYTHING);
      await identity.setPassword(name, password, {
        mustKnow: isOwn,
        ...(current !== undefined && { current }),
        address: request.raw.socket.remoteAddress ?? '',
        ...(isOwn && { keep: principal.tokenId }),
      });
      noteAudit(request.raw, { action: 'identity:password', subject: `user:${name}` });
      return reply.code(204).send();
    },
  );
}

function rolesOf({ user, teams }: Principal, identity: DoorContext['identity']) {
  const of = (through: string, roles: readonly string[] = []) => roles.map((role) => ({ role, through }));
  return [
    ...(user === undefined ? [] : of(`user ${user}`, identity.user(user)?.roles)),
    ...teams.flatMap((team) => of(`team ${team}`, identity.team(team)?.roles)),
  ];
}
