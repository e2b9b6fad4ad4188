import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permitFunction } from '../../permission.ts';
import { nameOf } from '../../principal.ts';
import { answerFunction } from '../function/deployment.ts';
import { standing } from '../function/function-view.ts';
import { readJsonBody } from '../json-body.ts';
import { demandedRevision, underPrecondition } from '../precondition.ts';
import { cursor, DEFAULT_PAGE, FunctionView, limit, NameParameters, ProblemAnswer } from '../schemas.ts';
import {
  DiffAnswer,
  PublishBody,
  RollbackBody,
  VersionAnswer,
  VersionParameters,
  VersionsAnswer,
} from './release-schemas.ts';
import { versionView } from './release-view.ts';

const MAX_JSON_BYTES = 65_536;
const tags = ['releases'];

/** The versions of a function: listing, publishing, comparing, and going back to one. */
export function addVersionRoutes(app: App, context: DoorContext): void {
  const { engine, releases } = context;

  app.get(
    '/v1/functions/:name/versions',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Lists the versions of a function that are kept, newest first, and what came to serve when',
        description:
          'The newest 100 are kept, and all that are published, serve or did so of late, or are named by an alias or a release.',
        operationId: 'listVersions',
        params: NameParameters,
        querystring: Type.Object({ limit, cursor }, { additionalProperties: false }),
        response: answers({ 200: VersionsAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { limit: most = DEFAULT_PAGE, cursor: below } = request.query;
      const { versions, moves, rollsBackTo } = await releases.versions(request.params.name);
      const older = versions.filter(({ version }) => below === undefined || version < Number(below));
      const page = older.slice(0, most);
      const next = older.length > most ? { cursor: String(page.at(-1)!.version) } : {};
      return {
        versions: page.map((version) => versionView(version, false)),
        moves: [...moves],
        ...(rollsBackTo !== undefined && { rollsBackTo }),
        ...next,
      };
    },
  );

  app.get(
    '/v1/functions/:name/versions/:version',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Shows a version with its configuration',
        operationId: 'getVersion',
        params: VersionParameters,
        response: answers({ 200: VersionAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => versionView(await releases.version(request.params.name, request.params.version), true),
  );

  app.post(
    '/v1/functions/:name/publish',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permitFunction('function:release'),
      schema: {
        tags,
        summary: 'Pins a version, the one that serves where none is said: it is kept for good',
        description: 'Answers 201 where it was not published before, else 200 with the version as it is.',
        operationId: 'publishVersion',
        params: NameParameters,
        body: PublishBody,
        response: answers({ 200: VersionAnswer, 201: VersionAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { version, isNew } = await releases.publish(request.params.name, {
        ...request.body,
        by: nameOf(request.raw),
      });
      noteAudit(request.raw, { details: { how: 'published', version: version.version } });
      return reply.code(isNew ? 201 : 200).send(versionView(version, true));
    },
  );

  app.delete(
    '/v1/functions/:name/versions/:version/publication',
    {
      config: permitFunction('function:release'),
      schema: {
        tags,
        summary: 'Takes a publication back: the version is kept only as long as others are',
        operationId: 'unpublishVersion',
        params: VersionParameters,
        response: answers({
          204: Done,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name, version } = request.params;
      if (!(await releases.unpublish(name, version)))
        throw new Problem('not_found', `version ${version} of "${name}" is not published`);
      noteAudit(request.raw, { details: { how: 'unpublished', version } });
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/functions/:name/rollback',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permitFunction('function:release'),
      schema: {
        tags,
        summary: 'Makes the version serve that served before, or the one that is said',
        description: 'Answers 409 where no version served before. `If-Match` goes back only from what you have seen.',
        operationId: 'rollbackFunction',
        params: NameParameters,
        body: RollbackBody,
        response: answers({ 200: FunctionView, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const expectedRevision = demandedRevision(request.headers, engine, name);
      const stored = await underPrecondition(
        expectedRevision,
        () =>
          releases.rollback(name, {
            ...request.body,
            by: nameOf(request.raw),
            ...(expectedRevision !== undefined && { expectedRevision }),
          }),
        () => ({ current: standing(engine.find(name)), given: request.body }),
      );
      noteAudit(request.raw, { details: { how: 'rolled_back', version: stored.document.version } });
      return answerFunction(reply, stored, false);
    },
  );

  app.get(
    '/v1/functions/:name/diff',
    {
      config: permitFunction('function:code'),
      schema: {
        tags,
        summary: 'What two versions differ in: settings, and files line by line',
        description: 'Values of environment variables are never shown; those that changed are named.',
        operationId: 'diffVersions',
        params: NameParameters,
        querystring: Type.Object(
          {
            from: Type.Integer({ minimum: 1 }),
            to: Type.Optional(Type.Integer({ minimum: 1, description: 'What serves where absent' })),
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: DiffAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { from, to } = request.query;
      const { name } = request.params;
      const serving = engine.find(name)?.document.version ?? 0;
      const { config, files, ...rest } = await releases.diff(name, from, to ?? serving);
      return { ...rest, config: [...config], files: [...files] };
    },
  );
}
