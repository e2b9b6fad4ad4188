import Type from 'typebox';
import type { Explanation, TokenOwner } from '../../govern/identity/identity.ts';
import { FunctionAccess } from '../../model/identity.ts';
import { ACTIONS, type Action, EVERYTHING, kindOf, noAction, resourceOf } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import { answers, Done } from '../answer-schemas.ts';
import type { App } from '../app.ts';
import { noteAudit } from '../audit.ts';
import type { DoorContext } from '../context.ts';
import { permitFunction } from '../permission.ts';
import { demand, missingPermission, type Principal, principalOf } from '../principal.ts';
import { explainGrants } from './explain-grants.ts';
import { etag } from './function-view.ts';
import { change } from './identity.ts';
import {
  expiryOf,
  IssuedAnswer,
  issuedAnswer,
  LoginBody,
  NewTokenBody,
  PasswordBody,
  PermissionQuestions,
  PermissionVerdicts,
  TokenAnswer,
  TokenParameters,
  tokenAnswer,
  UserParameters,
} from './identity-schemas.ts';
import { readJsonBody } from './json-body.ts';
import { type Contested, IF_MATCH } from './precondition.ts';
import { NameParameters, ProblemAnswer } from './schemas.ts';

const MAX_BODY_BYTES = 65_536;
const preValidation = readJsonBody(MAX_BODY_BYTES);
const tags = ['identity'];
const Anything = Type.Object({}, { additionalProperties: true });

/** Sessions, passwords and tokens; what somebody may do, and why; who may invoke a function. */
export function addCredentialRoutes(app: App, context: DoorContext): void {
  addSessionRoutes(app, context);
  addTokenRoutes(app, context);
  addDecisionRoutes(app, context);
}

function addSessionRoutes(app: App, { identity }: DoorContext): void {
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
      await identity.removeToken(tokenId, ownChange(request.raw));
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
        summary: "Sets a user's password, and ends their sessions",
        description: 'One may set one’s own, giving the present one; for others it takes `identity:write`.',
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
      });
      noteAudit(request.raw, { action: 'identity:password', subject: `user:${name}` });
      return reply.code(204).send();
    },
  );
}

function addTokenRoutes(app: App, { identity }: DoorContext): void {
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
      if (!(await identity.removeToken(id, ownChange(request.raw)))) {
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

function addDecisionRoutes(app: App, { identity, engine, governance }: DoorContext): void {
  app.get(
    '/v1/actions',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Lists everything that somebody may be allowed or denied, and the kind of thing that it is done to',
        operationId: 'listActions',
        response: answers({
          200: Type.Object({ actions: Type.Array(Type.Object({ action: Type.String(), on: Type.String() })) }),
        }),
      },
    },
    async () => ({ actions: ACTIONS.map((action) => ({ action, on: kindOf(resourceOf(action, 'x')) })) }),
  );

  app.get(
    '/v1/can',
    {
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Says whether somebody may do something, by which statement, and what would be needed',
        description: 'About yourself it needs nothing; about others `identity:read`.',
        operationId: 'explainPermission',
        querystring: Type.Object(
          {
            who: Type.Optional(
              Type.String({
                maxLength: 128,
                description:
                  "A user's name, or `user:…`, `team:…`, `token:…`, `function:…`, `anonymous`; absent: whoever asks",
              }),
            ),
            action: Type.String({ maxLength: 64, description: 'Such as `function:invoke`' }),
            resource: Type.Optional(
              Type.String({
                maxLength: 256,
                description: 'Such as `function:pay`, or `pay`; absent: what there is one of',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Anything, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const principal = principalOf(request.raw);
      const { who, action, resource = EVERYTHING } = request.query;
      if (!(ACTIONS as readonly string[]).includes(action)) {
        throw noAction(action);
      }
      const self = selfOf(principal);
      const asked = who ?? self;
      const isSelf = asked === self || asked === principal.user || asked === `user:${principal.user}`;
      if (!isSelf) demand(request.raw, 'identity:read', EVERYTHING);
      const target = resourceOf(action, resource);
      const explained = identity.explain({
        who: isSelf && principal.tokenId !== undefined && who === undefined ? `token:${principal.tokenId}` : asked,
        action: action as Action,
        resource: target,
      });
      const verdict = asked.startsWith('function:')
        ? underGrants(asked.slice('function:'.length), explained)
        : explained;
      const absent = target.startsWith('function:') && engine.find(target.slice('function:'.length)) === undefined;
      return absent && mayList(principal, target) ? { ...verdict, exists: false } : verdict;
    },
  );

  app.post(
    '/v1/can',
    {
      preValidation,
      config: { permission: 'own' },
      schema: {
        tags,
        summary: 'Says for several things at once whether whoever asks may do them, and where not, why',
        description: 'For clients that show only what one may do. The answers come in the order of the questions.',
        operationId: 'checkPermissions',
        body: PermissionQuestions,
        response: answers({ 200: PermissionVerdicts, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      noteAudit(request.raw, { none: true });
      const principal = principalOf(request.raw);
      return {
        answers: request.body.questions.map(({ action, resource = EVERYTHING, any = false }) => {
          if (!(ACTIONS as readonly string[]).includes(action)) throw noAction(action);
          const target = resourceOf(action, resource);
          const allowed = any ? principal.mayAny(action as Action) : principal.may(action as Action, target);
          return allowed ? { allowed } : { allowed, reason: missingPermission(principal, action, target).message };
        }),
      };
    },
  );

  /** What is explained of a function as its grants have it: whom an access list keeps out, no grant lets in. */
  const underGrants = (name: string, explained: Explanation): Explanation => {
    const { document } = storedFunction(name);
    if (explained.action === 'function:invoke' && !explained.allowed) return explained;
    const byGrant = explainGrants(document.name, explained, governance.executionRoles.grantsOf(document.config));
    if (byGrant === undefined) return explained;
    const { needed: _, ...rest } = explained;
    return { ...rest, ...byGrant };
  };
  const mayList = ({ kind, may }: Principal, resource: string): boolean =>
    kind === 'operator' || may('function:list', resource);

  const storedFunction = (nameOrId: string) => {
    const stored = engine.find(nameOrId);
    if (stored === undefined)
      throw new Problem('not_found', `there is no function "${nameOrId}"; GET /v1/functions lists them`);
    return stored;
  };
  const named = (nameOrId: string): string => storedFunction(nameOrId).document.name;
  const contestedAccess = (name: string): Contested => ({
    what: `access list of "${name}"`,
    stands: () => identity.functionAccess(name),
  });
  const AccessAnswer = Type.Object({ ...FunctionAccess.properties, revision: Type.Integer() });

  app.get(
    '/v1/functions/:name/access',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Shows who may invoke a function, whatever their roles say',
        operationId: 'getAccess',
        params: NameParameters,
        response: answers({ 200: AccessAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const access = identity.functionAccess(named(request.params.name));
      if (access !== undefined) reply.header('ETag', etag(access.revision));
      return access ?? { revision: 0 };
    },
  );

  app.put(
    '/v1/functions/:name/access',
    {
      preValidation,
      config: permitFunction('function:configure'),
      schema: {
        tags,
        summary: 'Says who may invoke a function',
        description: `With \`allow\`, those and nobody else; \`deny\` wins over it and over roles. Callers are \`user:…\`, \`team:…\`, \`token:…\`, \`function:…\`, \`*\` for everybody with a credential and every function, and \`anonymous\` for whoever has none. \`If-None-Match: *\` where there is no list yet; ${IF_MATCH}`,
        operationId: 'setAccess',
        params: NameParameters,
        body: FunctionAccess,
        response: answers({ 200: AccessAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const name = named(request.params.name);
      const before = identity.functionAccess(name);
      await change(request, contestedAccess(name), (options) =>
        identity.setFunctionAccess(name, request.body, options),
      );
      const access = identity.functionAccess(name)!;
      noteAudit(request.raw, {
        subject: `function:${name}`,
        ...(before && { before: { access: before } }),
        after: { access },
      });
      reply.header('ETag', etag(access.revision));
      return access;
    },
  );

  app.delete(
    '/v1/functions/:name/access',
    {
      config: permitFunction('function:configure'),
      schema: {
        tags,
        summary: 'Leaves it to roles and grants again who may invoke a function',
        description: IF_MATCH,
        operationId: 'removeAccess',
        params: NameParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const name = named(request.params.name);
      const before = identity.functionAccess(name);
      await change(request, contestedAccess(name), (options) => identity.setFunctionAccess(name, undefined, options));
      noteAudit(request.raw, { subject: `function:${name}`, ...(before && { before: { access: before } }) });
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

function selfOf({ kind, user, teams }: Principal): string {
  if (kind === 'operator') return 'operator';
  return user === undefined ? `team:${teams[0]}` : user;
}

function ownerOf(principal: Principal, user: string | undefined, team: string | undefined): TokenOwner {
  if (team !== undefined) return { team };
  const owner = user ?? principal.user;
  if (owner !== undefined) return { user: owner };
  throw new Problem('invalid_request', 'say whose token it is to be: "user" or "team"');
}

function ownChange(req: Parameters<typeof principalOf>[0]): { by?: string } {
  const { kind, name } = principalOf(req);
  return kind === 'operator' ? {} : { by: name };
}
