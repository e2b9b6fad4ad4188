import Type, { type Static } from 'typebox';
import { StatedOriginSchema } from '../../../model/origin.ts';
import { Problem } from '../../../model/problem.ts';
import { problemOf } from '../../../project/api.ts';
import { findDrift } from '../../../project/drift.ts';
import { driftDocument } from '../../../project/render.ts';
import { SECTIONS } from '../../../project/sections/index.ts';
import type { Entry } from '../../../store/registry.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import type { OwnApi } from '../../own-api.ts';
import { permit, permitAny } from '../../permission.ts';
import { nameOf, principalOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';
import {
  Applied,
  isFree,
  LOCK_PREFIX,
  type Lock,
  LockId,
  LockView,
  lockOf,
  lockView,
  PROJECT_PREFIX,
  type Project,
  ProjectParameters,
  taken,
} from './project-documents.ts';

/** What a project has applied, as JSON. */
const MAX_BYTES = 4_194_304;
const MAX_PROJECTS = 1_000;
const tags = ['projects'];

const State = Type.Object(
  { applied: Applied, origin: Type.Optional(StatedOriginSchema), lock: LockId },
  { additionalProperties: false },
);
const ProjectAnswer = Type.Object({
  name: Type.String(),
  revision: Type.Integer(),
  things: Type.Integer({ description: 'How many things it holds' }),
  applied: Type.Optional(Applied),
  appliedAt: Type.String(),
  by: Type.String({ description: 'Who applied it last' }),
  origin: Type.Optional(StatedOriginSchema),
  lock: Type.Optional(LockView),
});

const DriftAnswer = Type.Object({
  drift: Type.Array(
    Type.Object({
      section: Type.String(),
      name: Type.String(),
      removed: Type.Boolean(),
      by: Type.Optional(Type.String({ description: 'Who changed it last, where the node knows' })),
      at: Type.Optional(Type.String()),
      differences: Type.Array(
        Type.Object({
          path: Type.String(),
          before: Type.Optional(Type.Unknown({ description: 'As it was applied' })),
          after: Type.Optional(Type.Unknown({ description: 'As it is' })),
        }),
      ),
    }),
  ),
});

/** What project files have applied here. */
export function addProjectRoutes(app: App, context: DoorContext, ownApi: OwnApi): void {
  const { clock } = context;
  const { registry } = context.store;

  const view = (name: string, entry: Entry<Project>, lock: Lock | undefined, whole: boolean) => {
    const { applied, ...rest } = entry.value;
    const things = Object.values(applied).reduce((sum, each) => sum + Object.keys(each).length, 0);
    const locked = lock === undefined || isFree(lock, clock.now()) ? {} : { lock: lockView(lock) };
    return { name, revision: entry.revision, things, ...rest, ...(whole && { applied }), ...locked };
  };

  app.get(
    '/v1/projects',
    {
      config: permitAny('project:read'),
      schema: {
        tags,
        summary: 'Lists projects in the order of their names',
        operationId: 'listProjects',
        querystring: Type.Object(
          { applied: Type.Optional(Type.Boolean({ description: 'Also what each has applied' })) },
          { additionalProperties: false },
        ),
        response: answers({ 200: Type.Object({ projects: Type.Array(ProjectAnswer) }) }),
      },
    },
    async (request) => {
      const locks = new Map((await registry.list<Lock>(LOCK_PREFIX)).map(({ key, value }) => [key, value]));
      const principal = principalOf(request.raw);
      const projects = (await registry.list<Project>(PROJECT_PREFIX)).flatMap((entry) => {
        const name = entry.key.slice(PROJECT_PREFIX.length);
        if (!principal.may('project:read', `project:${name}`)) return [];
        return [view(name, entry, locks.get(LOCK_PREFIX + name), request.query.applied === true)];
      });
      return { projects };
    },
  );

  app.get(
    '/v1/projects/:name',
    {
      config: permit('project:read', 'project'),
      schema: {
        tags,
        summary: 'Shows what a project has applied',
        operationId: 'getProject',
        params: ProjectParameters,
        response: answers({ 200: ProjectAnswer, 404: ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = request.params;
      const entry = await registry.get<Project>(PROJECT_PREFIX + name);
      if (entry === undefined) throw absent(name);
      return view(name, entry, (await lockOf(registry, name))?.value, true);
    },
  );

  app.get(
    '/v1/projects/:name/drift',
    {
      config: permit('project:read', 'project'),
      schema: {
        tags,
        summary: 'Compares what a project has applied with what there is',
        description: 'Whoever asks must be allowed to read everything that it has applied.',
        operationId: 'getProjectDrift',
        params: ProjectParameters,
        response: answers({ 200: DriftAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = request.params;
      const entry = await registry.get<Project>(PROJECT_PREFIX + name);
      if (entry === undefined) throw absent(name);
      const api = ownApi.as(principalOf(request.raw));
      const drift = await findDrift(api, SECTIONS, entry.value.applied).catch((error: unknown) => {
        const { code, detail } = problemOf(error) ?? {};
        if (code !== 'forbidden') throw error;
        throw new Problem('forbidden', `the project "${name}" holds what you may not read: ${detail}`, {
          cause: error,
        });
      });
      return { drift: drift.map(driftDocument) };
    },
  );

  app.put(
    '/v1/projects/:name',
    {
      preValidation: readJsonBody(MAX_BYTES),
      config: permit('project:write', 'project'),
      schema: {
        tags,
        summary: 'Remembers what a project has applied; its lock must be held',
        operationId: 'putProject',
        params: ProjectParameters,
        body: State,
        response: answers({ 200: ProjectAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = request.params;
      const { applied, origin, lock } = request.body as Static<typeof State>;
      const held = (await lockOf(registry, name))?.value;
      if (held?.id !== lock) throw taken(name, held);
      const before = await registry.get<Project>(PROJECT_PREFIX + name);
      if (before === undefined && (await registry.list(PROJECT_PREFIX)).length >= MAX_PROJECTS) {
        throw new Problem('too_large', `there are ${MAX_PROJECTS} projects already; remove one`);
      }
      const appliedAt = new Date(clock.now()).toISOString();
      const value: Project = { applied, appliedAt, by: nameOf(request.raw), ...(origin !== undefined && { origin }) };
      const key = PROJECT_PREFIX + name;
      const revision = await registry.put(key, value, before?.revision ?? 0);
      return view(name, { key, value, revision }, held, true);
    },
  );

  app.delete(
    '/v1/projects/:name',
    {
      config: permit('project:write', 'project'),
      schema: {
        tags,
        summary: 'Forgets a project; what it made stays',
        operationId: 'forgetProject',
        params: ProjectParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const held = (await lockOf(registry, name))?.value;
      if (held !== undefined && !isFree(held, clock.now())) throw taken(name, held);
      if (!(await registry.delete(PROJECT_PREFIX + name))) throw absent(name);
      return reply.code(204).send();
    },
  );
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no project "${name}"; GET /v1/projects lists them`);
}
