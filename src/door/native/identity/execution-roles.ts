import Type from 'typebox';
import type { ExecutionRoleView } from '../../../govern/execution-role/execution-roles.ts';
import { ExecutionRoleSchema, ROLE_NAME_PATTERN, ROLE_TEMPLATES } from '../../../model/execution-role.ts';
import { Problem } from '../../../model/problem.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permitRole, writesAllRoles } from '../../deploy-permission.ts';
import { permitAny } from '../../permission.ts';
import { demand, nameOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { flag, ProblemAnswer } from '../schemas.ts';

const MAX_BODY_BYTES = 262_144;
const tags = ['execution-roles'];

/** Which role it is, and what it grants, decides who may write it. */
const CHECKED_BELOW = { permission: 'own' } as const;

const RoleParameters = Type.Object({ name: Type.String({ pattern: ROLE_NAME_PATTERN }) });
const { name: _name, ...SETTINGS } = ExecutionRoleSchema.properties;
const RoleAnswer = Type.Object({
  ...ExecutionRoleSchema.properties,
  revision: Type.Integer({ description: 'Also the ETag' }),
  updatedAt: Type.String(),
  by: Type.String({ description: 'Who changed it last' }),
  usedBy: Type.Array(Type.String(), { description: 'Functions that have it' }),
});

/** Execution roles: what functions may touch, in one place for all that have the role. */
export function addExecutionRoleRoutes(app: App, { governance, engine }: DoorContext): void {
  const { executionRoles, secrets } = governance;
  const answerOf = ({ updatedAtMs, ...role }: ExecutionRoleView) => ({
    ...role,
    updatedAt: new Date(updatedAtMs).toISOString(),
    usedBy: executionRoles.usersOf(role.name),
  });
  const contested = (name: string): Contested => ({
    what: `execution role "${name}"`,
    stands: () => {
      const role = executionRoles.find(name);
      return role && answerOf(role);
    },
  });
  /** Services are asked at each request; secrets that are not granted any more are taken away with the sandbox. */
  const takeSecrets = (users: readonly string[]): void => {
    for (const name of users) {
      const config = engine.find(name)?.document.config;
      if (config !== undefined && secrets.faultsOf(name, config).length > 0) engine.recycle(name);
    }
  };

  app.get(
    '/v1/execution-roles',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Lists execution roles in the order of their names',
        operationId: 'listExecutionRoles',
        response: answers({ 200: Type.Object({ roles: Type.Array(RoleAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async () => ({ roles: executionRoles.list().map(answerOf) }),
  );

  app.get(
    '/v1/execution-role-templates',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Lists templates of execution roles; `NAME` in a grant stands for what the role is about',
        operationId: 'listExecutionRoleTemplates',
        response: answers({
          200: Type.Object({
            templates: Type.Array(
              Type.Object({
                name: Type.String(),
                about: Type.String(),
                meaning: Type.String(),
                grants: Type.Array(Type.String()),
              }),
            ),
          }),
        }),
      },
    },
    async () => ({
      templates: Object.entries(ROLE_TEMPLATES).map(([name, { grants, ...template }]) => ({
        ...{ name, grants: [...grants] },
        ...template,
      })),
    }),
  );

  app.get(
    '/v1/execution-roles/:name',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Shows an execution role, and which functions have it',
        operationId: 'getExecutionRole',
        params: RoleParameters,
        response: answers({ 200: RoleAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const role = executionRoles.find(request.params.name);
      if (role === undefined) throw absent(request.params.name);
      return reply.header('ETag', etag(role.revision)).send(answerOf(role));
    },
  );

  app.put(
    '/v1/execution-roles/:name',
    {
      config: CHECKED_BELOW,
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Makes or replaces an execution role',
        description: `What it grants holds at once, for sandboxes that run, too. Those who write policies write any; others those that they or their team own, and grant what they may do themselves. \`If-None-Match: *\` only makes; ${IF_MATCH}`,
        operationId: 'putExecutionRole',
        params: RoleParameters,
        body: Type.Partial(Type.Object(SETTINGS), { additionalProperties: false }),
        response: answers({ 200: RoleAnswer, 201: RoleAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { description = '', grants = [], assignableBy = [] } = request.body;
      const before = executionRoles.find(name);
      const owner = permitRole(request.raw, name, before, { owner: request.body.owner, grants });
      const role = { name, description, grants, owner, assignableBy };
      // What was permitted is what stood there a moment ago.
      const permitted = writesAllRoles(request.raw, name) ? undefined : (before?.revision ?? 0);
      const view = await changeSeen(request, contested(name), (expected) =>
        executionRoles.put(role, nameOf(request.raw), expected ?? permitted),
      );
      takeSecrets(executionRoles.usersOf(name));
      noteAudit(request.raw, { ...writing(name), ...(before && { before }), after: view });
      return reply
        .code(before === undefined ? 201 : 200)
        .header('ETag', etag(view.revision))
        .send(answerOf(view));
    },
  );

  app.delete(
    '/v1/execution-roles/:name',
    {
      config: CHECKED_BELOW,
      schema: {
        tags,
        summary: 'Removes an execution role',
        description: `One that functions have is removed only by force; those have only their own grants then. ${IF_MATCH}`,
        operationId: 'removeExecutionRole',
        params: RoleParameters,
        querystring: Type.Object({ force: flag('Also where functions have it') }, { additionalProperties: false }),
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = executionRoles.find(name);
      if (!writesAllRoles(request.raw, name)) demand(request.raw, 'role:write', `execution-role:${name}`);
      const permitted = writesAllRoles(request.raw, name) ? undefined : before?.revision;
      const users = executionRoles.usersOf(name);
      const removed = await changeSeen(request, contested(name), (expected) => {
        const seen = expected ?? permitted;
        return executionRoles.remove(name, {
          force: request.query.force === true,
          ...(seen !== undefined && { expectedRevision: seen }),
        });
      });
      if (!removed) throw absent(name);
      takeSecrets(users);
      noteAudit(request.raw, { ...writing(name), before });
      return reply.code(204).send();
    },
  );
}

/** What the audit trail calls a change. */
function writing(name: string) {
  return { action: 'role:write', subject: `execution-role:${name}` } as const;
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no execution role "${name}"; GET /v1/execution-roles lists them`);
}
