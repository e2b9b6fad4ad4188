import Type from 'typebox';
import { FunctionAccess } from '../../../model/identity.ts';
import { answers, Done } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import type { DoorContext } from '../../context.ts';
import { permitFunction } from '../../permission.ts';
import { foundFunction } from '../function/found-function.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, etag, IF_MATCH } from '../precondition.ts';
import { NameParameters, ProblemAnswer } from '../schemas.ts';
import { change } from './identity-change.ts';

const MAX_BODY_BYTES = 65_536;
const tags = ['identity'];
const preValidation = readJsonBody(MAX_BODY_BYTES);

/** Who may invoke a function. */
export function addFunctionAccessRoutes(app: App, { identity, engine }: DoorContext): void {
  const named = (nameOrId: string): string => foundFunction(engine, nameOrId).document.name;
  const contestedAccess = (name: string): Contested => ({
    what: `access list of "${name}"`,
    stands: () => identity.functionAccess(name),
  });
  const AccessAnswer = Type.Object({ ...FunctionAccess.properties, revision: Type.Integer() });

  app.get(
    '/v1/functions/:name/access',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Shows who may invoke a function, whatever their roles say',
        operationId: 'getAccess',
        params: NameParameters,
        response: answers({ 200: AccessAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const access = identity.functionAccess(named(request.params.name));
      if (access !== undefined) reply.header('ETag', etag(access.revision));
      return access ?? { revision: 0 };
    },
  );

  app.put(
    '/v1/functions/:name/access',
    {
      preValidation,
      config: permitFunction('function:configure'),
      schema: {
        tags,
        summary: 'Says who may invoke a function',
        description: `With \`allow\`, those and nobody else; \`deny\` wins over it and over roles. Callers are \`user:…\`, \`team:…\`, \`token:…\`, \`function:…\`, \`*\` for everybody with a credential and every function, and \`anonymous\` for whoever has none. \`If-None-Match: *\` where there is no list yet; ${IF_MATCH}`,
        operationId: 'setAccess',
        params: NameParameters,
        body: FunctionAccess,
        response: answers({ 200: AccessAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const name = named(request.params.name);
      const before = identity.functionAccess(name);
      await change(request, contestedAccess(name), (options) =>
        identity.setFunctionAccess(name, request.body, options),
      );
      const access = identity.functionAccess(name)!;
      noteAudit(request.raw, {
        subject: `function:${name}`,
        ...(before && { before: { access: before } }),
        after: { access },
      });
      reply.header('ETag', etag(access.revision));
      return access;
    },
  );

  app.delete(
    '/v1/functions/:name/access',
    {
      config: permitFunction('function:configure'),
      schema: {
        tags,
        summary: 'Leaves it to roles and grants again who may invoke a function',
        description: IF_MATCH,
        operationId: 'removeAccess',
        params: NameParameters,
        response: answers({ 204: Done, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const name = named(request.params.name);
      const before = identity.functionAccess(name);
      await change(request, contestedAccess(name), (options) => identity.setFunctionAccess(name, undefined, options));
      noteAudit(request.raw, { subject: `function:${name}`, ...(before && { before: { access: before } }) });
      return reply.code(204).send();
    },
  );
}
