import Type from 'typebox';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permitFunction } from '../../permission.ts';
import { nameOf } from '../../principal.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { NameParameters, ProblemAnswer } from '../schemas.ts';
import { AliasAnswer, AliasBody, AliasParameters, RollbackBody } from './release-schemas.ts';
import { aliasView } from './release-view.ts';

const MAX_JSON_BYTES = 65_536;
const tags = ['releases'];

/** Aliases: names of versions that can be moved. */
export function addAliasRoutes(app: App, context: DoorContext): void {
  const { releases } = context;

  const shown = (name: string, alias: string) => aliasView(releases.alias(name, alias), releases.release(name, alias));

  const contested = (name: string, alias: string): Contested => ({
    what: `alias "${alias}"`,
    stands: () =>
      releases.aliases(name).some(({ document }) => document.name === alias) ? shown(name, alias) : undefined,
  });

  app.get(
    '/v1/functions/:name/aliases',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Lists the aliases of a function',
        operationId: 'listAliases',
        params: NameParameters,
        response: answers({ 200: Type.Object({ aliases: Type.Array(AliasAnswer) }), '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { name } = request.params;
      return { aliases: releases.aliases(name).map(({ document }) => shown(name, document.name)) };
    },
  );

  app.get(
    '/v1/functions/:name/aliases/:alias',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Shows an alias, its moves, and the release by it',
        operationId: 'getAlias',
        params: AliasParameters,
        response: answers({ 200: AliasAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name, alias } = request.params;
      const view = shown(name, alias);
      return reply.header('ETag', etag(view.revision)).send(view);
    },
  );

  app.put(
    '/v1/functions/:name/aliases/:alias',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permitFunction('function:release'),
      schema: {
        tags,
        summary: 'Creates an alias or moves it, at once and as a whole',
        description:
          'With `If-Match`, an alias that somebody else has moved is left as it is: 412, with what you saw (`saw`) and what stands (`stands`), and as `current` and `given`. `If-None-Match: *` only creates. While a release by it is under way: 409.',
        operationId: 'putAlias',
        params: AliasParameters,
        body: AliasBody,
        response: answers({ 200: AliasAnswer, 201: AliasAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name, alias } = request.params;
      const isNew = !releases.aliases(name).some(({ document }) => document.name === alias);
      const stored = await changeSeen(request, contested(name, alias), (expectedRevision) =>
        releases.setAlias(name, alias, {
          ...request.body,
          by: nameOf(request.raw),
          ...(expectedRevision !== undefined && { expectedRevision }),
        }),
      );
      noteAudit(request.raw, {
        details: { alias, how: isNew ? 'created' : 'moved', versions: stored.document.versions },
      });
      if (isNew) reply.code(201);
      return reply.header('ETag', etag(stored.revision)).send(aliasView(stored, releases.release(name, alias)));
    },
  );

  app.delete(
    '/v1/functions/:name/aliases/:alias',
    {
      config: permitFunction('function:release'),
      schema: {
        tags,
        summary: 'Removes an alias; the versions that it named stay',
        description: IF_MATCH,
        operationId: 'removeAlias',
        params: AliasParameters,
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name, alias } = request.params;
      releases.alias(name, alias);
      await changeSeen(request, contested(name, alias), (expected) => releases.removeAlias(name, alias, expected));
      noteAudit(request.raw, { details: { alias, how: 'removed' } });
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/functions/:name/aliases/:alias/rollback',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permitFunction('function:release'),
      schema: {
        tags,
        summary: 'Moves an alias to the version that it named before, or to the one that is said',
        description: `A release by it that is under way is aborted. Answers 409 where it named no other version before. ${IF_MATCH}`,
        operationId: 'rollbackAlias',
        params: AliasParameters,
        body: RollbackBody,
        response: answers({ 200: AliasAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name, alias } = request.params;
      const stored = await changeSeen(request, contested(name, alias), (expectedRevision) =>
        releases.rollbackAlias(name, alias, {
          ...request.body,
          by: nameOf(request.raw),
          ...(expectedRevision !== undefined && { expectedRevision }),
        }),
      );
      noteAudit(request.raw, { details: { alias, how: 'rolled_back', versions: stored.document.versions } });
      return reply.header('ETag', etag(stored.revision)).send(aliasView(stored, releases.release(name, alias)));
    },
  );
}
