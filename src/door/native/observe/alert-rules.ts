import Type from 'typebox';
import { AlertRuleSchema, DEFAULT_SCOPE_PATTERN, DefaultChangeSchema } from '../../../model/alert.ts';
import { Problem } from '../../../model/problem.ts';
import type { Alerts } from '../../../observe/alerts/alerts.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { permitAny } from '../../permission.ts';
import { demand, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';
import { DefaultAnswer, DefaultChangesAnswer, NameOfOne, RuleAnswer } from './alert-schemas.ts';
import { demandRead, mayRead, resourceOfScope, resourceOfScoped } from './alert-scope.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['alerts'];
const scope = Type.String({
  pattern: DEFAULT_SCOPE_PATTERN,
  description: '`all`, `tag:<name>=<value>`, `owner:<owner>` or `function:<name>`; the more special one counts',
});

/** Rules of one's own, and the defaults. */
export function addAlertRuleRoutes(app: App, alerts: Alerts): void {
  const contested = (name: string): Contested => ({
    what: `alert rule "${name}"`,
    stands: () => alerts.findRule(name),
  });
  /** What is changed for a scope, of one rule, or of all. */
  const contestedDefaults = (scope: string, rule: string | undefined): Contested => ({
    what: `alert default "${scope}"`,
    stands: () => {
      const changes = alerts.defaultChanges().find((each) => each.scope === scope);
      if (changes === undefined || rule === undefined) return changes;
      return { scope, revision: changes.revision, rule, change: changes.rules[rule] ?? {} };
    },
  });

  app.get(
    '/v1/alerts/rules',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Lists rules in the order of their names; the defaults are elsewhere',
        operationId: 'listAlertRules',
        response: answers({ 200: Type.Object({ rules: Type.Array(RuleAnswer) }) }),
      },
    },
    async (request) => ({ rules: alerts.rules().filter((rule) => mayRead(request, resourceOfScoped(rule))) }),
  );

  app.get(
    '/v1/alerts/rules/:name',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary: 'Shows a rule',
        operationId: 'getAlertRule',
        params: NameOfOne,
        response: answers({ 200: RuleAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const rule = alerts.findRule(request.params.name);
      if (rule === undefined) throw absent(request.params.name);
      demandRead(request, resourceOfScoped(rule));
      return reply.header('ETag', etag(rule.revision)).send(rule);
    },
  );

  app.put(
    '/v1/alerts/rules/:name',
    {
      config: permitAny('alert:write'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Creates or replaces a rule',
        description: `A rule for a function, an owner or a tag is about each such function; one without is about the node. Conditions: \`errors / invocations > 5% over 5m for 2m\`, \`p99(duration) > 2s over 10m\`, \`invocations > 3x before over 10m\`, \`no invocations for 1h\`. \`If-None-Match: *\` only creates; ${IF_MATCH}`,
        operationId: 'putAlertRule',
        params: NameOfOne,
        body: AlertRuleSchema,
        response: answers({ 200: RuleAnswer, 201: RuleAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = alerts.findRule(name);
      demand(request.raw, 'alert:write', resourceOfScoped(request.body));
      if (before !== undefined) demand(request.raw, 'alert:write', resourceOfScoped(before));
      const rule = await changeSeen(request, contested(name), (expected) =>
        alerts.putRule(name, request.body, principalOf(request.raw).name, expected),
      );
      return reply
        .code(before === undefined ? 201 : 200)
        .header('ETag', etag(rule.revision))
        .send(rule);
    },
  );

  app.delete(
    '/v1/alerts/rules/:name',
    {
      config: permitAny('alert:write'),
      schema: {
        tags,
        summary: 'Removes a rule; what fires of it ends',
        description: IF_MATCH,
        operationId: 'removeAlertRule',
        params: NameOfOne,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const rule = alerts.findRule(name);
      if (rule === undefined) throw absent(name);
      demand(request.raw, 'alert:write', resourceOfScoped(rule));
      await changeSeen(request, contested(name), (expected) => alerts.removeRule(name, expected));
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/alerts/defaults',
    {
      config: permitAny('alert:read'),
      schema: {
        tags,
        summary:
          'Lists the rules that every function has, as they are for all or for one, and what was changed of them',
        operationId: 'listAlertDefaults',
        querystring: Type.Object(
          { function: Type.Optional(Type.String({ maxLength: 64 })) },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            defaults: Type.Array(DefaultAnswer),
            changes: Type.Array(DefaultChangesAnswer),
          }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { function: name } = request.query;
      if (name !== undefined) demandRead(request, `function:${name}`);
      const changes = alerts.defaultChanges().filter(({ scope: whose }) => mayRead(request, resourceOfScope(whose)));
      return { defaults: alerts.defaults(name), changes };
    },
  );

  app.put(
    '/v1/alerts/defaults',
    {
      config: permitAny('alert:write'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Changes a default rule for all functions, for those with a tag or an owner, or for one',
        description: `${IF_MATCH} The revision is that of what is changed for the scope; \`If-None-Match: *\` where nothing is.`,
        operationId: 'putAlertDefault',
        body: Type.Object(
          { scope, rule: Type.String({ maxLength: 64 }), change: DefaultChangeSchema },
          { additionalProperties: false },
        ),
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { scope: whose, rule, change } = request.body;
      demand(request.raw, 'alert:write', resourceOfScope(whose));
      const { revision } = await changeSeen(request, contestedDefaults(whose, rule), (expected) =>
        alerts.putDefault(whose, rule, change, expected),
      );
      reply.header('ETag', etag(revision));
      return reply.code(204).send();
    },
  );

  app.delete(
    '/v1/alerts/defaults',
    {
      config: permitAny('alert:write'),
      schema: {
        tags,
        summary: 'Takes back what was changed of the defaults for a scope: of one rule, or of all',
        description: IF_MATCH,
        operationId: 'resetAlertDefault',
        querystring: Type.Object(
          { scope, rule: Type.Optional(Type.String({ maxLength: 64 })) },
          { additionalProperties: false },
        ),
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { scope: whose, rule } = request.query;
      demand(request.raw, 'alert:write', resourceOfScope(whose));
      const reset = await changeSeen(request, contestedDefaults(whose, rule), (expected) =>
        alerts.resetDefault(whose, rule, expected),
      );
      if (reset) return reply.code(204).send();
      const of = rule === undefined ? 'nothing' : `nothing of "${rule}"`;
      throw new Problem('not_found', `${of} was changed for "${whose}"; GET /v1/alerts/defaults lists what was`);
    },
  );
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no rule "${name}"; GET /v1/alerts/rules lists them`);
}
