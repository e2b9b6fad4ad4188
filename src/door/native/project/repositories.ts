import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { FUNCTION_NAME_PATTERN } from '../../../model/function.ts';
import { Problem } from '../../../model/problem.ts';
import type { NewRepository, RepositoryView } from '../../../service/repository/repositories.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit, permitAny } from '../../permission.ts';
import { nameOf, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';

const MAX_JSON_BYTES = 65_536;
const DEFAULT_POLL_MS = 60_000;
const tags = ['repositories'];

const RepositoryParameters = Type.Object({ name: Type.String({ pattern: FUNCTION_NAME_PATTERN }) });
const settings = {
  branch: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'The branch that deploys; empty: `main`, or `master` where there is no `main`',
    }),
  ),
  environment: Type.Optional(
    Type.String({
      pattern: '^$|^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
      description: 'Which environment of its `fob.yaml` is applied',
    }),
  ),
  function: Type.Optional(
    Type.String({
      pattern: FUNCTION_NAME_PATTERN,
      description: 'The function that the whole tree is, where it has no `fob.yaml`; default: as the repository',
    }),
  ),
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
};
const watch = {
  url: Type.String({ minLength: 1, maxLength: 1_000, description: 'https or http, without credentials' }),
  branch: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'A branch whose commits deploy; without it and `tag`, its default one',
    }),
  ),
  tag: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Or a pattern of tags, such as `v*`: new ones deploy' }),
  ),
};
const pollMs = Type.Integer({ minimum: 10_000, maximum: 86_400_000 });
const RepositoryBody = Type.Object(
  {
    ...settings,
    watch: Type.Optional(Type.Object({ ...watch, pollMs: Type.Optional(pollMs) }, { additionalProperties: false })),
    credential: Type.Optional(
      Type.String({
        format: 'secret',
        minLength: 1,
        maxLength: 4_096,
        description: '`user:password`, or a token, for the watched one; kept sealed and never shown',
      }),
    ),
  },
  { additionalProperties: false },
);

const deployment = {
  id: Type.String(),
  at: Type.String(),
  by: Type.String(),
  ref: Type.String(),
  commit: Type.String(),
  subject: Type.String(),
  author: Type.String(),
  state: Type.Enum(['deployed', 'failed']),
  durationMs: Type.Integer(),
  error: Type.Optional(Type.String()),
};
const Deployment = Type.Object({ ...deployment, log: Type.String({ description: 'What it printed; its end' }) });
const RepositoryAnswer = Type.Object({
  name: Type.String(),
  revision: Type.Integer(),
  createdAt: Type.String(),
  by: Type.String(),
  ...Type.Required(Type.Object(settings)).properties,
  path: Type.Optional(Type.String({ description: 'Where to push to on this node' })),
  watch: Type.Optional(
    Type.Object({
      ...watch,
      pollMs,
      hasCredential: Type.Boolean(),
      hookPath: Type.String({ description: 'Where a webhook of its host goes to' }),
      hookSecret: Type.Optional(Type.String({ description: 'What the webhook signs with; only when it is made' })),
      state: Type.Enum(['new', 'ok', 'failing']),
      checkedAt: Type.Optional(Type.String()),
      nextAtMs: Type.Optional(Type.Number()),
      failures: Type.Integer(),
      error: Type.Optional(Type.String()),
      commit: Type.Optional(Type.String()),
    }),
  ),
  deployments: Type.Array(Type.Object(deployment), { description: 'The last 20, the newest first' }),
});

/** Repositories that one pushes to, and those elsewhere that are watched. */
export function addRepositoryRoutes(app: App, { repositories }: DoorContext): void {
  const found = (name: string): RepositoryView => {
    const view = repositories.find(name);
    if (view === undefined) throw absent(name);
    return view;
  };
  /** A credential is shown in neither state. */
  const contested = (name: string, body?: Static<typeof RepositoryBody>): Contested => {
    const { credential: _, ...given } = body ?? {};
    return {
      what: `repository "${name}"`,
      stands: () => {
        const view = repositories.find(name);
        return view && shown(view);
      },
      ...(body !== undefined && { given }),
    };
  };

  app.get(
    '/v1/repositories',
    {
      config: permitAny('repository:read'),
      schema: {
        tags,
        summary: 'Lists repositories in the order of their names',
        operationId: 'listRepositories',
        response: answers({ 200: Type.Object({ repositories: Type.Array(RepositoryAnswer) }) }),
      },
    },
    async (request) => {
      const principal = principalOf(request.raw);
      const visible = repositories.list().filter(({ name }) => principal.may('repository:read', `repository:${name}`));
      return { repositories: visible.map((view) => shown(view)) };
    },
  );

  app.put(
    '/v1/repositories/:name',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permit('repository:write', 'repository'),
      schema: {
        tags,
        summary: 'Creates a repository, or changes the settings of one',
        description: `With \`watch\` it is a copy of another one, which is looked at every minute, or as \`pollMs\` says; its \`hookSecret\` is answered once. Settings that are not given stay. A watched repository changes functions, triggers and services here with the permissions of whoever made or changed it last. \`If-None-Match: *\` only creates; ${IF_MATCH}`,
        operationId: 'putRepository',
        params: RepositoryParameters,
        body: RepositoryBody,
        response: answers({ 200: RepositoryAnswer, 201: RepositoryAnswer, '4xx': ProblemAnswer, 503: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const body = request.body as Static<typeof RepositoryBody>;
      const wanted = repositoryOf(body, request);
      const current = repositories.find(name);
      if ((current?.watch ?? wanted.watch) !== undefined && principalOf(request.raw).narrowed === true) {
        throw new Problem(
          'forbidden',
          'a watched repository deploys with the permissions of whoever has it watched, which this token is narrowed not to have: use one that is not narrowed',
        );
      }
      const changed = await changeSeen(request, contested(name, body), async (expected) => {
        if (current !== undefined) return repositories.configure(name, wanted, expected);
        if (expected !== undefined && expected > 0) throw absent(name);
        return repositories.create(name, wanted);
      });
      if (current !== undefined) return answer(reply, changed);
      return answer(reply.code(201), changed, repositories.hookSecret(changed));
    },
  );

  app.get(
    '/v1/repositories/:name',
    {
      config: permit('repository:read', 'repository'),
      schema: {
        tags,
        summary: 'Shows a repository, and what was deployed from it',
        operationId: 'getRepository',
        params: RepositoryParameters,
        response: answers({ 200: RepositoryAnswer, 404: ProblemAnswer }),
      },
    },
    async (request, reply) => answer(reply, found(request.params.name)),
  );

  app.delete(
    '/v1/repositories/:name',
    {
      config: permit('repository:write', 'repository'),
      schema: {
        tags,
        summary: 'Removes a repository with all that was pushed to it; what was deployed stays',
        description: IF_MATCH,
        operationId: 'removeRepository',
        params: RepositoryParameters,
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      found(name);
      const removed = await changeSeen(request, contested(name), (expected) => repositories.remove(name, expected));
      if (!removed) throw absent(name);
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/repositories/:name/deployments/:id',
    {
      config: permit('repository:read', 'repository'),
      schema: {
        tags,
        summary: 'Shows a deployment from a repository, with what it printed',
        operationId: 'getRepositoryDeployment',
        params: Type.Object({ ...RepositoryParameters.properties, id: Type.String({ maxLength: 64 }) }),
        response: answers({ 200: Deployment, 404: ProblemAnswer }),
      },
    },
    async (request) => {
      const { name, id } = request.params;
      const all = found(name).state.deployments;
      const one = id === 'last' ? all[0] : all.find((each) => each.id === id);
      if (one === undefined)
        throw new Problem('not_found', `there is no deployment "${id}" of the repository "${name}"`);
      return one;
    },
  );

  app.post(
    '/v1/repositories/:name/look',
    {
      config: permit('repository:write', 'repository'),
      schema: {
        tags,
        summary: 'Looks at a watched repository now, deploys what is new, and answers when it has',
        operationId: 'lookAtRepository',
        params: RepositoryParameters,
        response: answers({ 200: RepositoryAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (found(name).watch === undefined) {
        throw new Problem('conflict', `"${name}" watches no other repository: it deploys what is pushed to it`);
      }
      await repositories.look(name);
      return answer(reply, found(name));
    },
  );
}

function repositoryOf(body: Static<typeof RepositoryBody>, request: FastifyRequest): NewRepository {
  const { watch: given, credential, ...rest } = body;
  const { kind, user, teams } = principalOf(request.raw);
  return {
    settings: rest,
    by: nameOf(request.raw),
    ...(kind !== 'operator' && { watchedFor: user === undefined ? { team: teams[0]! } : { user } }),
    ...(given !== undefined && { watch: { pollMs: DEFAULT_POLL_MS, ...given } }),
    ...(credential !== undefined && { credential }),
  };
}

function answer(reply: FastifyReply, view: RepositoryView, hookSecret?: string): unknown {
  return reply.header('ETag', etag(view.revision)).send(shown(view, hookSecret));
}

function shown(view: RepositoryView, hookSecret?: string): Static<typeof RepositoryAnswer> {
  const { name, revision, createdAt, by, settings: given, state } = view;
  const deployments = state.deployments.map(({ log: _, ...rest }) => rest);
  const common = { name, revision, createdAt, by, ...given };
  if (view.watch === undefined) return { ...common, path: `/git/${name}.git`, deployments };
  const { checkedAt, nextMs, failures = 0, error, commit } = state.watch ?? {};
  return {
    ...common,
    watch: {
      ...view.watch,
      hasCredential: view.credential !== undefined,
      hookPath: `/git/${name}/hook`,
      ...(hookSecret !== undefined && { hookSecret }),
      state: failures > 0 ? 'failing' : checkedAt === undefined ? 'new' : 'ok',
      ...(checkedAt !== undefined && { checkedAt }),
      ...(nextMs !== undefined && { nextAtMs: nextMs }),
      failures,
      ...(error !== undefined && { error }),
      ...(commit !== undefined && { commit }),
    },
    deployments,
  };
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no repository "${name}"; GET /v1/repositories lists them`);
}
