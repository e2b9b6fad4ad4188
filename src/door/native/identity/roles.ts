import Type from 'typebox';
import { RoleSettings } from '../../../model/identity.ts';
import { Problem } from '../../../model/problem.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';
import { change } from './identity-change.ts';
import { RoleAnswer, TeamParameters } from './identity-schemas.ts';

const MAX_BODY_BYTES = 262_144;
const tags = ['identity'];
const preValidation = readJsonBody(MAX_BODY_BYTES);

/** Roles: those of every node, and those of one’s own. */
export function addRoleRoutes(app: App, { identity }: DoorContext): void {
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
