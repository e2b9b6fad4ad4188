import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import type { Entry } from '../../../store/registry.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { nameOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';
import {
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

const tags = ['projects'];

/** The lock of a project: whoever applies it holds it. */
export function addProjectLockRoutes(app: App, { clock, store: { registry } }: DoorContext): void {
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
      const entry = await lockOf(registry, name);
      const held = entry?.value;
      if (held?.id !== id && !isFree(held, clock.now())) throw taken(name, held);
      const project = await registry.get<Project>(PROJECT_PREFIX + name);
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
        if (error instanceof Problem && error.code === 'conflict')
          throw taken(name, (await lockOf(registry, name))?.value);
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
      const entry = await lockOf(registry, name);
      if (entry === undefined) throw new Problem('not_found', `nobody holds the lock of the project "${name}"`);
      if (entry.value.id !== request.query.id) throw taken(name, entry.value);
      await registry.delete(LOCK_PREFIX + name, entry.revision);
      return reply.code(204).send();
    },
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
