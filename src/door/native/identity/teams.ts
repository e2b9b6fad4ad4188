import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { TeamSettings } from '../../../model/identity.ts';
import { EVERYTHING } from '../../../model/permission.ts';
import { Problem } from '../../../model/problem.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { demand } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';
import { change } from './identity-change.ts';
import { MemberParameters, TeamAnswer, TeamParameters } from './identity-schemas.ts';

const MAX_BODY_BYTES = 262_144;
const tags = ['identity'];
const preValidation = readJsonBody(MAX_BODY_BYTES);

/** Teams and their members. */
export function addTeamRoutes(app: App, { identity }: DoorContext): void {
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
