import Type, { type Static } from 'typebox';
import { StatedOriginSchema } from '../../model/origin.ts';
import { Problem } from '../../model/problem.ts';
import { problemOf } from '../../project/api.ts';
import { findDrift } from '../../project/drift.ts';
import { driftDocument } from '../../project/render.ts';
import { SECTIONS } from '../../project/sections/index.ts';
import type { Entry } from '../../store/registry.ts';
import { answers, Done } from '../answer-schemas.ts';
import type { App } from '../app.ts';
import type { DoorContext } from '../context.ts';
import type { OwnApi } from '../own-api.ts';
import { permit, permitAny } from '../permission.ts';
import { nameOf, principalOf } from '../principal.ts';
import { readJsonBody } from './json-body.ts';
import { ProblemAnswer } from './schemas.ts';

const PREFIX = 'project/';
const LOCK_PREFIX = 'project-lock/';
/** What a project has applied, as JSON. */
const MAX_BYTES = 4_194_304;
const MAX_PROJECTS = 1_000;
/** Whoever applies takes the lock again and again; one that was not taken for so long is free. */
const LOCK_MS = 120_000;
const tags = ['projects'];

const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\\.[A-Za-z0-9][A-Za-z0-9_-]{0,63})?$';
const ProjectParameters = Type.Object({
  name: Type.String({ pattern: NAME_PATTERN, description: 'Of the project file, with `.` and its environment' }),
});
const LockId = Type.String({ minLength: 16, maxLength: 64, description: 'Made up by whoever applies' });

const Thing = Type.Object(
  {
    fields: Type.Record(Type.String(), Type.Unknown()),
    secrets: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 200 }), {
        description: 'Marks that tell whether a secret is still the same',
      }),
    ),
    made: Type.Boolean({ description: 'The project made it, and removes it when its file no longer has it' }),
  },
  { additionalProperties: false },
);
const Applied = Type.Record(Type.String(), Type.Record(Type.String(), Thing), {
  description: 'What was applied, by section of the file and by name',
});
const State = Type.Object(
  { applied: Applied, origin: Type.Optional(StatedOriginSchema), lock: LockId },
  { additionalProperties: false },
);
const LockView = Type.Object({
  by: Type.String(),
  since: Type.String(),
  message: Type.Optional(Type.String()),
});
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

interface Project {
  readonly applied: Static<typeof Applied>;
  readonly appliedAt: string;
  readonly by: string;
  readonly origin?: Static<typeof StatedOriginSchema>;
}
interface Lock {
  readonly id: string;
  readonly by: string;
  readonly since: string;
  readonly renewedMs: number;
  readonly message?: string;
}

/** What project files have applied here, and who applies one just now. */
export function addProjectRoutes(app: App, context: DoorContext, ownApi: OwnApi): void {
  const { clock } = context;
  const { registry } = context.store;

  const lockOf = async (name: string): Promise<Entry<Lock> | undefined> => registry.get<Lock>(LOCK_PREFIX + name);
  const isFree = (lock: Lock | undefined): boolean => lock === undefined || clock.now() - lock.renewedMs > LOCK_MS;
  const view = (name: string, entry: Entry<Project>, lock: Lock | undefined, whole: boolean) => {
    const { applied, ...rest } = entry.value;
    const things = Object.values(applied).reduce((sum, each) => sum + Object.keys(each).length, 0);
    const locked = lock === undefined || isFree(lock) ? {} : { lock: lockView(lock) };
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
      const projects = (await registry.list<Project>(PREFIX)).flatMap((entry) => {
        const name = entry.key.slice(PREFIX.length);
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
      const entry = await registry.get<Project>(PREFIX + name);
      if (entry === undefined) throw absent(name);
      return view(name, entry, (await lockOf(name))?.value, true);
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
      const entry = await registry.get<Project>(PREFIX + name);
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
      const held = (await lockOf(name))?.value;
      if (held?.id !== lock) throw taken(name, held);
      const before = await registry.get<Project>(PREFIX + name);
      if (before === undefined && (await registry.list(PREFIX)).length >= MAX_PROJECTS) {
        throw new Problem('too_large', `there are ${MAX_PROJECTS} projects already; remove one`);
      }
      const appliedAt = new Date(clock.now()).toISOString();
      const value: Project = { applied, appliedAt, by: nameOf(request.raw), ...(origin !== undefined && { origin }) };
      const key = PREFIX + name;
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
      const held = (await lockOf(name))?.value;
      if (held !== undefined && !isFree(held)) throw taken(name, held);
      if (!(await registry.delete(PREFIX + name))) throw absent(name);
      return reply.code(204).send();
    },
  );

  app.put(
    '/v1/projects/:name/lock',
    {
      preValidation: readJsonBody(65_536),
      config: permit('project:write', 'project'),
      schema: {
        tags,
        summary: 'Takes the lock of a project, or keeps it for two more minutes',
        description:
          'Nobody else can apply the project meanwhile. `revision` demands that it stands as it was seen; 0 that it is new.',
        operationId: 'lockProject',
        params: ProjectParameters,
        body: Type.Object(
          {
            id: LockId,
            revision: Type.Optional(Type.Integer({ minimum: 0 })),
            message: Type.Optional(Type.String({ maxLength: 1_000 })),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: LockView, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = request.params;
      const { id, revision, message } = request.body as { id: string; revision?: number; message?: string };
      const entry = await lockOf(name);
      const held = entry?.value;
      if (held?.id !== id && !isFree(held)) throw taken(name, held);
      const project = await registry.get<Project>(PREFIX + name);
      if (revision !== undefined && revision !== (project?.revision ?? 0)) throw overtaken(name, revision, project);
      const now = clock.now();
      const lock: Lock = {
        ...(held?.id === id
          ? held
          : {
              id,
              by: nameOf(request.raw),
              since: new Date(now).toISOString(),
              ...(message !== undefined && { message }),
            }),
        renewedMs: now,
      };
      await registry.put(LOCK_PREFIX + name, lock, entry?.revision ?? 0).catch(async (error: unknown) => {
        if (error instanceof Problem && error.code === 'conflict') throw taken(name, (await lockOf(name))?.value);
        throw error;
      });
      return lockView(lock);
    },
  );

  app.delete(
    '/v1/projects/:name/lock',
    {
      config: permit('project:write', 'project'),
      schema: {
        tags,
        summary: 'Gives the lock of a project back',
        operationId: 'unlockProject',
        params: ProjectParameters,
        querystring: Type.Object({ id: LockId }, { additionalProperties: false }),
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const entry = await lockOf(name);
      if (entry === undefined) throw new Problem('not_found', `nobody holds the lock of the project "${name}"`);
      if (entry.value.id !== request.query.id) throw taken(name, entry.value);
      await registry.delete(LOCK_PREFIX + name, entry.revision);
      return reply.code(204).send();
    },
  );
}

function lockView({ by, since, message }: Lock): Static<typeof LockView> {
  return { by, since, ...(message !== undefined && { message }) };
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no project "${name}"; GET /v1/projects lists them`);
}

function taken(name: string, lock: Lock | undefined): Problem {
  if (lock === undefined) return new Problem('conflict', `the lock of the project "${name}" is not held`);
  const why = lock.message === undefined ? '' : ` ("${lock.message}")`;
  return new Problem(
    'conflict',
    `${lock.by} applies the project "${name}" since ${lock.since}${why}: wait for the end, then plan again`,
    { details: { by: lock.by, since: lock.since, ...(lock.message !== undefined && { message: lock.message }) } },
  );
}

/** Both are shown: what the plan has seen, and what stands now. */
function overtaken(name: string, expectedRevision: number, now: Entry<Project> | undefined): Problem {
  if (now === undefined) {
    return new Problem('conflict', `the project "${name}" was forgotten since the plan was made: plan again`, {
      details: { expectedRevision, actualRevision: 0 },
    });
  }
  const { by, appliedAt, origin } = now.value;
  const what = [origin?.git?.commit.slice(0, 12), origin?.message && `"${origin.message}"`].filter(Boolean).join(' ');
  return new Problem(
    'conflict',
    `the project "${name}" was applied by ${by} at ${appliedAt}${what === '' ? '' : ` (${what})`}, after this plan was made (at revision ${expectedRevision}, now ${now.revision}): plan again`,
    {
      details: {
        expectedRevision,
        actualRevision: now.revision,
        by,
        appliedAt,
        ...(origin !== undefined && { origin }),
      },
    },
  );
}
