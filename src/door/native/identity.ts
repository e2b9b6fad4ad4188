import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { ChangeOptions } from '../../govern/identity/identity.ts';
import { RoleSettings, TeamSettings, UserSettings } from '../../model/identity.ts';
import { EVERYTHING } from '../../model/permission.ts';
import { Problem } from '../../model/problem.ts';
import { answers, Removed } from '../answer-schemas.ts';
import type { App } from '../app.ts';
import { noteAudit } from '../audit.ts';
import type { DoorContext } from '../context.ts';
import { permit } from '../permission.ts';
import { demand, principalOf } from '../principal.ts';
import { etag } from './function-view.ts';
import {
  expiryOf,
  IssuedAnswer,
  issuedAnswer,
  MemberParameters,
  NewUserBody,
  RoleAnswer,
  TeamAnswer,
  TeamParameters,
  UserAnswer,
  UserParameters,
} from './identity-schemas.ts';
import { readJsonBody } from './json-body.ts';
import { type Contested, changeSeen, IF_MATCH } from './precondition.ts';
import { ProblemAnswer } from './schemas.ts';

const MAX_BODY_BYTES = 262_144;
const tags = ['identity'];
const preValidation = readJsonBody(MAX_BODY_BYTES);

/** Users, teams and roles. */
export function addIdentityRoutes(app: App, context: DoorContext): void {
  addUserRoutes(app, context);
  addTeamRoutes(app, context);
  addRoleRoutes(app, context);
}

function addUserRoutes(app: App, { identity }: DoorContext): void {
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

function addTeamRoutes(app: App, { identity }: DoorContext): void {
  const found = (name: string) => {
    const team = identity.team(name);
    if (team === undefined) throw new Problem('not_found', `there is no team "${name}"; GET /v1/teams lists them`);
    return team;
  };
  const contested = (name: string): Contested => ({ what: `team "${name}"`, stands: () => identity.team(name) });
  const put = async (request: FastifyRequest, reply: FastifyReply, name: string, settings: TeamSettings) => {
    const before = identity.team(name);
    // Who gives roles gives everything that is in them.
    if (before === undefined || settings.roles !== undefined) demand(request.raw, 'identity:write', EVERYTHING);
    const team = await change(request, contested(name), (options) => identity.putTeam(name, settings, options));
    noteAudit(request.raw, { subject: `team:${name}`, ...(before && { before }), after: team });
    reply.code(before === undefined ? 201 : 200).header('ETag', etag(team.revision));
    return team;
  };

  app.get(
    '/v1/teams',
    {
      config: permit('identity:read'),
      schema: {
        tags,
        summary: 'Lists teams in the order of their names',
        operationId: 'listTeams',
        response: answers({ 200: Type.Object({ teams: Type.Array(TeamAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async () => ({ teams: identity.teams() }),
  );

  app.get(
    '/v1/teams/:name',
    {
      config: permit('identity:read', 'team'),
      schema: {
        tags,
        summary: 'Shows a team',
        operationId: 'getTeam',
        params: TeamParameters,
        response: answers({ 200: TeamAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const team = found(request.params.name);
      reply.header('ETag', etag(team.revision));
      return team;
    },
  );

  app.put(
    '/v1/teams/:name',
    {
      preValidation,
      config: permit('identity:write', 'team'),
      schema: {
        tags,
        summary: 'Creates a team, or changes it; what is not given stays',
        description: `\`If-None-Match: *\` only creates; ${IF_MATCH}`,
        operationId: 'putTeam',
        params: TeamParameters,
        body: TeamSettings,
        response: answers({ 200: TeamAnswer, 201: TeamAnswer, '4xx': ProblemAnswer }),
      },
    },
    (request, reply) => put(request, reply, request.params.name, request.body),
  );

  for (const method of ['PUT', 'DELETE'] as const) {
    app.route({
      method,
      url: '/v1/teams/:name/members/:user',
      config: permit('identity:write', 'team'),
      schema: {
        tags,
        summary: method === 'PUT' ? 'Makes a user a member of a team' : 'Takes a user out of a team',
        description: `${IF_MATCH} The revision is the team's.`,
        operationId: method === 'PUT' ? 'addMember' : 'removeMember',
        params: MemberParameters,
        response: answers({ 200: TeamAnswer, '4xx': ProblemAnswer }),
      },
      handler: async (request, reply) => {
        const { name, user } = request.params;
        const before = found(name);
        const others = before.members.filter((member) => member !== user);
        const members = method === 'PUT' ? [...others, user].sort() : others;
        const team = await change(request, contested(name), (options) =>
          identity.putTeam(name, { members }, { expectedRevision: before.revision, ...options }),
        );
        noteAudit(request.raw, { subject: `team:${name}`, before, after: team });
        reply.header('ETag', etag(team.revision));
        return team;
      },
    });
  }

  app.delete(
    '/v1/teams/:name',
    {
      config: permit('identity:write'),
      schema: {
        tags,
        summary: 'Removes a team, with its tokens; its members and what it owns stay',
        description: IF_MATCH,
        operationId: 'removeTeam',
        params: TeamParameters,
        response: answers({ 204: Removed, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = found(name);
      await change(request, contested(name), (options) => identity.removeTeam(name, options));
      noteAudit(request.raw, { subject: `team:${name}`, before });
      return reply.code(204).send();
    },
  );
}

function addRoleRoutes(app: App, { identity }: DoorContext): void {
  const found = (name: string) => {
    const role = identity.role(name);
    if (role === undefined) throw new Problem('not_found', `there is no role "${name}"; GET /v1/roles lists them`);
    return role;
  };
  const contested = (name: string): Contested => ({ what: `role "${name}"`, stands: () => identity.role(name) });

  app.get(
    '/v1/roles',
    {
      config: permit('identity:read'),
      schema: {
        tags,
        summary: 'Lists roles: those of every node, then your own',
        operationId: 'listRoles',
        response: answers({ 200: Type.Object({ roles: Type.Array(RoleAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async () => ({ roles: identity.roles() }),
  );

  app.get(
    '/v1/roles/:name',
    {
      config: permit('identity:read'),
      schema: {
        tags,
        summary: 'Shows a role',
        operationId: 'getRole',
        params: TeamParameters,
        response: answers({ 200: RoleAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const role = found(request.params.name);
      if (!role.builtIn) reply.header('ETag', etag(role.revision));
      return role;
    },
  );

  app.put(
    '/v1/roles/:name',
    {
      preValidation,
      config: permit('identity:write'),
      schema: {
        tags,
        summary: 'Creates a role, or replaces what it says',
        description: `A deny wins over every allow. A role under which nobody could change users and roles any more is refused. \`If-None-Match: *\` only creates; ${IF_MATCH}`,
        operationId: 'putRole',
        params: TeamParameters,
        body: RoleSettings,
        response: answers({ 200: RoleAnswer, 201: RoleAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = identity.role(name);
      const role = await change(request, contested(name), (options) => identity.putRole(name, request.body, options));
      noteAudit(request.raw, { subject: `role:${name}`, ...(before && { before }), after: role });
      reply.code(before === undefined ? 201 : 200).header('ETag', etag(role.revision));
      return role;
    },
  );

  app.delete(
    '/v1/roles/:name',
    {
      config: permit('identity:write'),
      schema: {
        tags,
        summary: 'Removes a role that nobody has any more',
        description: IF_MATCH,
        operationId: 'removeRole',
        params: TeamParameters,
        response: answers({ 204: Removed, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = found(name);
      await change(request, contested(name), (options) => identity.removeRole(name, options));
      noteAudit(request.raw, { subject: `role:${name}`, before });
      return reply.code(204).send();
    },
  );
}

/** Who changes: the operator can never be locked out. */
function changer({ raw }: FastifyRequest): ChangeOptions {
  const { kind, name } = principalOf(raw);
  return kind === 'operator' ? {} : { by: name };
}

/** Makes a change of identity under the precondition that the request's headers state. */
export function change<T>(
  request: FastifyRequest,
  contested: Contested,
  make: (options: ChangeOptions) => Promise<T>,
): Promise<T> {
  return changeSeen(request, contested, (expectedRevision) =>
    make({ ...changer(request), ...(expectedRevision !== undefined && { expectedRevision }) }),
  );
}
