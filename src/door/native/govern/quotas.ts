import type { IncomingMessage } from 'node:http';
import Type from 'typebox';
import type { QuotaView } from '../../../govern/quota/quotas.ts';
import { Problem } from '../../../model/problem.ts';
import {
  NO_TEAM,
  QUOTA_MEASURES,
  type Quota,
  QuotaSchema,
  TEAM_PATTERN,
  type TeamUsage,
} from '../../../model/quota.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permit, permitAny } from '../../permission.ts';
import { nameOf, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['quotas'];

const TeamParameters = Type.Object({
  team: Type.String({
    pattern: TEAM_PATTERN,
    description: 'The `owner` of functions; `-` those without one; `*` each team that has none of its own',
  }),
});
const { team: _team, warnPercent, ...LIMITS } = QuotaSchema.properties;
const QuotaAnswer = Type.Object({
  ...QuotaSchema.properties,
  revision: Type.Integer({ description: 'Also the ETag' }),
  updatedAt: Type.String(),
  by: Type.String({ description: 'Who changed it last' }),
});
const UsageAnswer = Type.Object({
  team: Type.String(),
  quota: Type.Optional(Type.String({ description: 'The quota that holds: its own, or `*`; absent: none' })),
  uses: Type.Array(
    Type.Object({
      measure: Type.Enum([...QUOTA_MEASURES]),
      used: Type.Number(),
      limit: Type.Optional(Type.Number({ description: 'Absent: not limited' })),
      state: Type.Enum(['ok', 'warning', 'exceeded']),
      resetsAt: Type.Optional(Type.String({ description: 'When it begins anew, of what counts over a time' })),
    }),
  ),
});

/** Quotas of teams, and what they have used. */
export function addQuotaRoutes(app: App, { governance }: DoorContext): void {
  const { quotas } = governance;
  const contested = (team: string): Contested => ({
    what: `quota of "${team}"`,
    stands: () => {
      const quota = quotas.find(team);
      return quota && answerOf(quota);
    },
  });

  app.get(
    '/v1/quotas',
    {
      config: permit('policy:read'),
      schema: {
        tags,
        summary: 'Lists quotas in the order of their teams',
        operationId: 'listQuotas',
        response: answers({ 200: Type.Object({ quotas: Type.Array(QuotaAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async () => ({ quotas: quotas.list().map(answerOf) }),
  );

  app.get(
    '/v1/quota-usage',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Shows what teams have used of their quotas',
        description: "Of the teams of whoever asks, and of those whose functions' metrics one may read.",
        operationId: 'getQuotaUsage',
        querystring: Type.Object(
          { team: Type.Optional(Type.String({ maxLength: 128, description: 'Only this one' })) },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ teams: Type.Array(UsageAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const teams = await quotas.usage(request.query.team);
      return { teams: teams.filter(({ team }) => maySee(request.raw, team)).map(usageAnswer) };
    },
  );

  app.get(
    '/v1/quotas/:team',
    {
      config: permit('policy:read', 'quota', 'team'),
      schema: {
        tags,
        summary: 'Shows the quota of a team',
        operationId: 'getQuota',
        params: TeamParameters,
        response: answers({ 200: QuotaAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const quota = quotas.find(request.params.team);
      if (quota === undefined) throw absent(request.params.team);
      return reply.header('ETag', etag(quota.revision)).send(answerOf(quota));
    },
  );

  app.put(
    '/v1/quotas/:team',
    {
      config: permit('policy:write', 'quota', 'team'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Makes or replaces the quota of a team',
        description: `What is not given is not limited. Functions that are there already stay. \`If-None-Match: *\` only makes; ${IF_MATCH}`,
        operationId: 'putQuota',
        params: TeamParameters,
        body: Type.Object({ ...LIMITS, warnPercent: Type.Optional(warnPercent) }, { additionalProperties: false }),
        response: answers({ 200: QuotaAnswer, 201: QuotaAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { team } = request.params;
      const quota: Quota = { warnPercent: 80, ...request.body, team };
      const before = quotas.find(team);
      const view = await changeSeen(request, contested(team), (expected) =>
        quotas.put(quota, nameOf(request.raw), expected),
      );
      noteAudit(request.raw, { ...(before && { before }), after: view });
      return reply
        .code(before === undefined ? 201 : 200)
        .header('ETag', etag(view.revision))
        .send(answerOf(view));
    },
  );

  app.delete(
    '/v1/quotas/:team',
    {
      config: permit('policy:write', 'quota', 'team'),
      schema: {
        tags,
        summary: 'Removes the quota of a team',
        description: IF_MATCH,
        operationId: 'removeQuota',
        params: TeamParameters,
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { team } = request.params;
      const before = quotas.find(team);
      const removed = await changeSeen(request, contested(team), (expected) => quotas.remove(team, expected));
      if (!removed) throw absent(team);
      noteAudit(request.raw, { before });
      return reply.code(204).send();
    },
  );
}

function maySee(req: IncomingMessage, team: string): boolean {
  const { teams, user, may } = principalOf(req);
  // Any function of theirs: this one is none, so that what it is named decides nothing.
  const ofTheirs = { owner: team === NO_TEAM ? '' : team };
  return teams.includes(team) || user === team || may('metrics:read', 'function:', ofTheirs);
}

function answerOf({ updatedAtMs, ...quota }: QuotaView) {
  return { ...quota, updatedAt: new Date(updatedAtMs).toISOString() };
}

function usageAnswer({ team, quota, uses }: TeamUsage) {
  return {
    team,
    ...(quota !== undefined && { quota: quota.team }),
    uses: uses.map(({ resetsAtMs, ...use }) => ({
      ...use,
      ...(resetsAtMs !== undefined && { resetsAt: new Date(resetsAtMs).toISOString() }),
    })),
  };
}

function absent(team: string): Problem {
  return new Problem('not_found', `there is no quota of "${team}"; GET /v1/quotas lists them`);
}
