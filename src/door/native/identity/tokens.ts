import Type from 'typebox';
import type { TokenOwner } from '../../../govern/identity/identity.ts';
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
  expiryOf,
  IssuedAnswer,
  issuedAnswer,
  NewTokenBody,
  TokenAnswer,
  TokenParameters,
  tokenAnswer,
} from './identity-schemas.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['identity'];
const preValidation = readJsonBody(MAX_BODY_BYTES);

/** Tokens: listed, created, revoked. */
export function addTokenRoutes(app: App, { identity }: DoorContext): void {
  app.get(
    '/v1/tokens',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Lists tokens, without their secrets: your own, or with `identity:read` those of anybody',
        operationId: 'listTokens',
        querystring: Type.Object(
          {
            user: Type.Optional(Type.String({ maxLength: 64 })),
            team: Type.Optional(Type.String({ maxLength: 64 })),
            all: Type.Optional(Type.Boolean()),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ tokens: Type.Array(TokenAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { user, team, all = false } = request.query;
      const principal = principalOf(request.raw);
      const own = principal.user;
      const isOwn = own !== undefined && !all && team === undefined && (user === undefined || user === own);
      if (!isOwn) demand(request.raw, 'identity:read', EVERYTHING);
      const filter = isOwn
        ? { user: own }
        : { ...(user !== undefined && { user }), ...(team !== undefined && { team }) };
      return { tokens: identity.tokens(filter).map(tokenAnswer) };
    },
  );

  app.post(
    '/v1/tokens',
    {
      preValidation,
      config: { permission: 'own' },
      schema: {
        tags,
        summary:
          'Creates a token, which is shown this once: for yourself, or with `identity:write` for anybody or a team',
        description: 'Scopes narrow it: it may do what both its owner and each of them allow.',
        operationId: 'createToken',
        body: NewTokenBody,
        response: answers({ 201: IssuedAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { user, team, label, scopes, expiresAt } = request.body;
      if (user !== undefined && team !== undefined) {
        throw new Problem('invalid_request', 'a token is of a user or of a team, not of both');
      }
      const principal = principalOf(request.raw);
      const owner = ownerOf(principal, user, team);
      // What a narrowed token could make for its owner would be wider than itself.
      const isOwn = 'user' in owner && owner.user === principal.user && principal.narrowed !== true;
      if (!isOwn) demand(request.raw, 'identity:write', EVERYTHING);
      const issued = await identity.createToken(owner, {
        ...(label !== undefined && { label }),
        ...(scopes !== undefined && { scopes }),
        ...expiryOf(expiresAt),
        by: principal.name,
      });
      noteAudit(request.raw, {
        action: 'token:create',
        subject: `token:${issued.id}`,
        after: tokenAnswer(issued),
      });
      return reply.code(201).send(issuedAnswer(issued));
    },
  );

  app.delete(
    '/v1/tokens/:id',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Revokes a token: it is refused from then on',
        operationId: 'revokeToken',
        params: TokenParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const principal = principalOf(request.raw);
      const token = identity.token(id);
      const isOwn = token?.user !== undefined && token.user === principal.user && principal.narrowed !== true;
      if (!isOwn) demand(request.raw, 'identity:write', EVERYTHING);
      if (!(await identity.removeToken(id, changer(request)))) {
        throw new Problem('not_found', `there is no token "${id}"; GET /v1/tokens lists them`);
      }
      noteAudit(request.raw, {
        action: 'token:revoke',
        subject: `token:${id}`,
        ...(token !== undefined && { before: tokenAnswer(token) }),
      });
      return reply.code(204).send();
    },
  );
}

function ownerOf(principal: Principal, user: string | undefined, team: string | undefined): TokenOwner {
  if (team !== undefined) return { team };
  const owner = user ?? principal.user;
  if (owner !== undefined) return { user: owner };
  throw new Problem('invalid_request', 'say whose token it is to be: "user" or "team"');
}
