import Type from 'typebox';
import { judge } from '../../../govern/admit.ts';
import type { FunctionViolations, PolicyView } from '../../../govern/policy/policies.ts';
import { defaultConfig, FUNCTION_NAME_PATTERN, type FunctionConfig } from '../../../model/function.ts';
import { StatedOriginSchema } from '../../../model/origin.ts';
import { POLICY_NAME_PATTERN, type Policy, PolicySchema } from '../../../model/policy.ts';
import { Problem } from '../../../model/problem.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { withOwner } from '../../deploy-permission.ts';
import { permit, permitAny, visible } from '../../permission.ts';
import { demand, nameOf, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { flag, PartialConfig, ProblemAnswer } from '../schemas.ts';

const MAX_BODY_BYTES = 1_048_576;
/** Stands for a function that has no name yet; no function can be named so. */
const NO_NAME = '';
/** Their places in the API are taken. */
const RESERVED = ['effective', 'violations', 'check'];
const tags = ['policies'];

const PolicyParameters = Type.Object({ name: Type.String({ pattern: POLICY_NAME_PATTERN }) });
const { name: _name, rules: Rules, ...SETTINGS } = PolicySchema.properties;
const PolicyAnswer = Type.Object({
  ...PolicySchema.properties,
  revision: Type.Integer({ description: 'Also the ETag' }),
  updatedAt: Type.String(),
  by: Type.String({ description: 'Who changed it last' }),
  undoable: Type.Boolean({ description: 'There is something to go back to' }),
});
const Violation = Type.Object({
  policy: Type.String(),
  mode: Type.String({ description: '`enforce` or `warn`' }),
  rule: Type.String({ description: 'Such as `maxMemoryMb` or `git.clean`' }),
  message: Type.String({ description: 'What is wrong, and what to do' }),
});
const Violations = Type.Array(
  Type.Object({ function: Type.String(), owner: Type.String(), violations: Type.Array(Violation) }),
  { description: 'Functions that break it as they stand; they go on running' },
);
const Changed = Type.Object({ policy: PolicyAnswer, violations: Violations });
const Verdict = Type.Object({
  policies: Type.Array(Type.String(), { description: 'Those that hold, in the order of their names' }),
  allowed: Type.Boolean({ description: 'It could be deployed' }),
  violations: Type.Array(Violation),
  warnings: Type.Array(Type.String()),
  limits: Type.Object(Rules.properties, { description: 'What all that are enforced allow together' }),
});

/** Policies: what the infrastructure team demands of functions. Anybody who sees functions may ask what holds. */
export function addPolicyRoutes(app: App, { governance, engine }: DoorContext): void {
  const { policies } = governance;
  const contested = (name: string): Contested => ({
    what: `policy "${name}"`,
    stands: () => {
      const policy = policies.find(name);
      return policy && answerOf(policy);
    },
  });

  app.get(
    '/v1/policies',
    {
      config: permit('policy:read'),
      schema: {
        tags,
        summary: 'Lists policies in the order of their names',
        operationId: 'listPolicies',
        response: answers({ 200: Type.Object({ policies: Type.Array(PolicyAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async () => ({ policies: policies.list().map(answerOf) }),
  );

  app.get(
    '/v1/policies/effective',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Shows what holds for a function, or for one that is yet to be made',
        operationId: 'effectivePolicies',
        querystring: Type.Object(
          {
            function: Type.Optional(Type.String({ maxLength: 128, description: 'Its name; it need not exist' })),
            owner: Type.Optional(Type.String({ maxLength: 128, description: 'Instead of the one that it has' })),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Verdict, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { function: name, owner } = request.query;
      if (name !== undefined && engine.find(name) !== undefined)
        demand(request.raw, 'function:list', `function:${name}`);
      noteAudit(request.raw, { none: true });
      return verdictOn(name, owner === undefined ? {} : { owner }, undefined);
    },
  );

  app.post(
    '/v1/policies/check',
    {
      config: permitAny('function:list'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Says what a deployment would be told, without deploying',
        description:
          'Settings that are not given are those of the function, or the defaults. Where the runtime is not given, rules about it are left out.',
        operationId: 'checkPolicies',
        body: Type.Object(
          {
            function: Type.Optional(Type.String({ pattern: FUNCTION_NAME_PATTERN })),
            config: Type.Optional(PartialConfig),
            origin: Type.Optional(StatedOriginSchema),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: Verdict, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { function: name, config = {}, origin } = request.body;
      const isThere = name !== undefined && engine.find(name) !== undefined;
      if (isThere) demand(request.raw, 'function:list', `function:${name}`);
      const given = isThere ? config : withOwner(principalOf(request.raw), config);
      return verdictOn(name, given, { by: nameOf(request.raw), ...origin });
    },
  );

  app.get(
    '/v1/policies/violations',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Lists functions that break policies as they stand',
        operationId: 'listViolations',
        response: answers({ 200: Type.Object({ violations: Violations }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => ({
      violations: visible(request, 'function:list', policies.violations(), (each) => each.function).map(
        violationsAnswer,
      ),
    }),
  );

  app.get(
    '/v1/policies/:name',
    {
      config: permit('policy:read', 'policy'),
      schema: {
        tags,
        summary: 'Shows a policy',
        operationId: 'getPolicy',
        params: PolicyParameters,
        response: answers({ 200: PolicyAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const policy = policies.find(request.params.name);
      if (policy === undefined) throw absent(request.params.name);
      return reply.header('ETag', etag(policy.revision)).send(answerOf(policy));
    },
  );

  app.put(
    '/v1/policies/:name',
    {
      config: permit('policy:write', 'policy'),
      preValidation: readJsonBody(MAX_BODY_BYTES),
      schema: {
        tags,
        summary: 'Makes or replaces a policy, and tells which functions break it',
        description: `Refused where nothing could be deployed any more. Functions that break it go on running. With \`dryRun\` nothing is changed. \`If-None-Match: *\` only makes; ${IF_MATCH}`,
        operationId: 'putPolicy',
        params: PolicyParameters,
        querystring: Type.Object({ dryRun: flag('Only tell what would happen') }, { additionalProperties: false }),
        body: Type.Object(
          { ...Type.Partial(Type.Object(SETTINGS)).properties, rules: Rules },
          { additionalProperties: false },
        ),
        response: answers({ 200: Changed, 201: Changed, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (RESERVED.includes(name)) throw new Problem('invalid_request', `a policy cannot be named "${name}"`);
      const { description = '', mode = 'enforce', message = '', scope = {}, rules } = request.body;
      const policy: Policy = { name, description, mode, message, scope, rules };
      const before = policies.find(name);
      const isNew = before === undefined;
      const dryRun = request.query.dryRun === true;
      const changed = await changeSeen(request, contested(name), (expected) =>
        policies.put(policy, {
          ...{ by: nameOf(request.raw), dryRun },
          ...(expected !== undefined && { expectedRevision: expected }),
        }),
      );
      noteAudit(request.raw, dryRun ? { none: true } : { ...(before && { before }), after: changed.policy });
      if (!dryRun) reply.header('ETag', etag(changed.policy.revision));
      return reply.code(isNew && !dryRun ? 201 : 200).send(changedAnswer(changed));
    },
  );

  app.post(
    '/v1/policies/:name/undo',
    {
      config: permit('policy:write', 'policy'),
      schema: {
        tags,
        summary: 'Puts back what stood before the last change of a policy',
        description: IF_MATCH,
        operationId: 'undoPolicy',
        params: PolicyParameters,
        response: answers({ 200: Changed, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = policies.find(name);
      const changed = await changeSeen(request, contested(name), (expected) =>
        policies.undo(name, nameOf(request.raw), expected),
      );
      reply.header('ETag', etag(changed.policy.revision));
      noteAudit(request.raw, { ...(before && { before }), after: changed.policy });
      return changedAnswer(changed);
    },
  );

  app.delete(
    '/v1/policies/:name',
    {
      config: permit('policy:write', 'policy'),
      schema: {
        tags,
        summary: 'Removes a policy',
        description: IF_MATCH,
        operationId: 'removePolicy',
        params: PolicyParameters,
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = policies.find(name);
      const removed = await changeSeen(request, contested(name), (expected) => policies.remove(name, expected));
      if (!removed) throw absent(name);
      noteAudit(request.raw, { before });
      return reply.code(204).send();
    },
  );

  function verdictOn(
    name: string | undefined,
    given: Partial<FunctionConfig>,
    origin: Parameters<typeof judge>[1]['origin'],
  ) {
    const before = name === undefined ? undefined : engine.find(name)?.document;
    const config: FunctionConfig = { ...defaultConfig(), runtime: '', handler: '', ...before?.config, ...given };
    const from = origin ?? before?.origin;
    const verdict = judge(governance, {
      ...{ name: before?.name ?? name ?? NO_NAME, config, origin: from, before, teams: undefined },
      newCode: origin !== undefined || before !== undefined,
    });
    const known = verdict.violations.filter(({ rule }) => config.runtime !== '' || rule !== 'allowedRuntimes');
    // Of what holds alone is asked, not of settings that nobody has chosen.
    const violations = origin === undefined && before === undefined ? [] : known;
    return {
      policies: [...verdict.policies],
      allowed: violations.every(({ mode }) => mode === 'warn'),
      violations,
      warnings: [...verdict.warnings],
      limits: verdict.limits,
    };
  }
}

function answerOf({ updatedAtMs, ...policy }: PolicyView) {
  return { ...policy, updatedAt: new Date(updatedAtMs).toISOString() };
}

function violationsAnswer({ violations, ...of }: FunctionViolations) {
  return { ...of, violations: [...violations] };
}

function changedAnswer({ policy, violations }: { policy: PolicyView; violations: FunctionViolations[] }) {
  return { policy: answerOf(policy), violations: violations.map(violationsAnswer) };
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no policy "${name}"; GET /v1/policies lists them`);
}
