import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { FUNCTION_NAME_PATTERN, type FunctionDocument, type StoredFunction } from '../../../model/function.ts';
import { noFunction } from '../../../model/no-function.ts';
import { formatTarget, parseTarget } from '../../../model/target.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import { noteAudit } from '../../audit.ts';
import { receiveBody } from '../../body.ts';
import type { DoorContext } from '../../context.ts';
import { assigningTeams, noteVersion, permitVersion } from '../../deploy-permission.ts';
import { permitAny, permitFunction } from '../../permission.ts';
import { type Principal, principalOf } from '../../principal.ts';
import { SOURCE_TYPES } from '../../source-types.ts';
import { demandedRevision, etag, IF_MATCH, underPrecondition } from '../precondition.ts';
import {
  cursor,
  DEFAULT_PAGE,
  FunctionPage,
  FunctionView,
  limit,
  NameParameters,
  PartialConfig,
  ProblemAnswer,
  TargetParameters,
} from '../schemas.ts';
import { originOf } from '../stated-origin.ts';
import { answerDeployment, answerFunction } from './deployment.ts';
import { foundFunction } from './found-function.ts';
import { functionView, settingsShown, standing } from './function-view.ts';
import { parseJson, receiveUpload, UploadQuery, uploadBodies, uploadValidator } from './upload.ts';

const MAX_CONFIG_BYTES = 1_048_576;
const tags = ['functions'];

/** Functions by name: create, update, list, show, configure, remove, and their code. */
export function addFunctionRoutes(app: App, context: DoorContext): void {
  const { engine, deployer, settings } = context;

  app.get(
    '/v1/functions',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Lists functions in the order of their names',
        operationId: 'listFunctions',
        querystring: Type.Object(
          {
            prefix: Type.Optional(Type.String({ maxLength: 64, description: 'Names that start so' })),
            tag: Type.Optional(Type.String({ maxLength: 400, description: '`key` or `key=value`' })),
            owner: Type.Optional(Type.String({ maxLength: 128 })),
            runtime: Type.Optional(Type.String({ maxLength: 64 })),
            limit,
            cursor,
          },
          { additionalProperties: false },
        ),
        response: answers({ 200: FunctionPage }),
      },
    },
    async (request) => {
      const { limit: most = DEFAULT_PAGE, cursor: after, prefix, tag, owner, runtime } = request.query;
      const { may } = principalOf(request.raw);
      const matches = (document: FunctionDocument) =>
        (after === undefined || document.name > after) &&
        may('function:list', `function:${document.name}`) &&
        (prefix === undefined || document.name.startsWith(prefix)) &&
        (owner === undefined || document.config.owner === owner) &&
        (runtime === undefined || document.config.runtime === runtime) &&
        (tag === undefined || hasTag(document, tag));
      const found: StoredFunction[] = [];
      for (const stored of engine.list()) {
        if (matches(stored.document)) found.push(stored);
        if (found.length > most) break;
      }
      const page = found.slice(0, most);
      const last = found.length > most ? page.at(-1)?.document.name : undefined;
      return { functions: page.map((stored) => viewFor(may, stored)), ...(last !== undefined && { cursor: last }) };
    },
  );

  app.post(
    '/v1/functions',
    {
      validatorCompiler: uploadValidator,
      config: permitAny('function:deploy'),
      schema: {
        tags,
        summary: 'Creates a function, named by a fresh UUID where no name is given',
        operationId: 'createFunction',
        querystring: Type.Object({
          name: Type.Optional(Type.String({ pattern: FUNCTION_NAME_PATTERN })),
          ...UploadQuery.properties,
        }),
        body: uploadBodies,
        response: answers({ 201: FunctionView, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name, ...config } = request.query;
      request.query = config;
      const upload = await receiveUpload(request, reply, settings.maxCodeBytes);
      return answerDeployment(context, reply, { ...upload, ...(name !== undefined && { name }), expectedRevision: 0 });
    },
  );

  app.put(
    '/v1/functions/:name',
    {
      validatorCompiler: uploadValidator,
      config: permitAny('function:deploy'),
      schema: {
        tags,
        summary: 'Creates a function or gives it a new version',
        description:
          'Settings that are not given keep their value, or their default where the function is new. `If-None-Match: *` only creates; `If-Match: "<revision>"` only changes what you have seen. With `Accept: application/x-ndjson` the answer shows the progress. The header `Fob-Origin` says where the code is from, as JSON: `message`, and `git` with `repository`, `commit`, `branch`, `tag`, `author`, `subject`, `clean`, `pushed`.',
        operationId: 'putFunction',
        params: NameParameters,
        querystring: UploadQuery,
        body: uploadBodies,
        response: answers({ 200: FunctionView, 201: FunctionView, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const name = engine.find(request.params.name)?.document.name ?? request.params.name;
      const expectedRevision = demandedRevision(request.headers, engine, name);
      const upload = await receiveUpload(request, reply, settings.maxCodeBytes);
      const demanded = expectedRevision === undefined ? {} : { expectedRevision };
      return answerDeployment(context, reply, { ...upload, name, ...demanded }, expectedRevision);
    },
  );

  app.get(
    '/v1/functions/:name',
    {
      config: permitFunction('function:read'),
      schema: {
        tags,
        summary: 'Shows a function',
        operationId: 'getFunction',
        params: NameParameters,
        response: answers({ 200: FunctionView, 404: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const stored = foundFunction(engine, request.params.name);
      reply.header('ETag', etag(stored.revision));
      return functionView(stored, context.releases.aliases(stored.document.name));
    },
  );

  app.patch(
    '/v1/functions/:name',
    {
      preValidation: readJsonBody,
      config: permitFunction('function:configure'),
      schema: {
        tags,
        summary: 'Changes the configuration: a new version with the same code',
        description: `Settings that are given replace theirs wholly (also \`environment\` and \`tags\`); the others stay. ${IF_MATCH}`,
        operationId: 'configureFunction',
        params: NameParameters,
        body: PartialConfig,
        response: answers({ 200: FunctionView, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { name } = foundFunction(engine, request.params.name).document;
      const expected = demandedRevision(request.headers, engine, name);
      const demanded = expected === undefined ? {} : { expectedRevision: expected };
      const origin = originOf(request.raw);
      const config = permitVersion(context, request.raw, 'function:configure', name, request.body);
      const before = engine.find(name);
      const stored = await underPrecondition(
        expected,
        () => deployer.configure(name, config, { ...demanded, origin, teams: assigningTeams(request.raw) }),
        () => ({ current: standing(engine.find(name), request.body), given: settingsShown(request.body) }),
      );
      noteVersion(request.raw, before, stored);
      return answerFunction(reply, stored, false);
    },
  );

  app.delete(
    '/v1/functions/:name',
    {
      config: permitFunction('function:remove'),
      schema: {
        tags,
        summary: 'Removes a function; its records and logs stay until they are too old',
        description: IF_MATCH,
        operationId: 'removeFunction',
        params: NameParameters,
        response: answers({
          204: Removed,
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request, reply) => {
      const { name } = foundFunction(engine, request.params.name).document;
      const expected = demandedRevision(request.headers, engine, name);
      const before = foundFunction(engine, name).document;
      const removed = await underPrecondition(
        expected,
        () => deployer.remove(name, expected),
        () => ({ current: standing(engine.find(name)), given: null }),
      );
      if (!removed) throw noFunction(name);
      const { version, config } = before;
      noteAudit(request.raw, {
        subject: `function:${name}`,
        before: { version, owner: config.owner, tags: config.tags },
      });
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/functions/:name/code',
    {
      config: permitFunction('function:code'),
      schema: {
        tags,
        summary: 'Serves the code, byte for byte as it was uploaded',
        operationId: 'getCode',
        params: TargetParameters,
        response: answers({ 404: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { document } = foundFunction(engine, request.params.name);
      const { content, form, fileName } = await deployer.source(
        formatTarget({ ...parseTarget(request.params.name), function: document.name }),
      );
      const name = form === 'inline' ? (fileName ?? `${document.name}.txt`) : `${document.name}.${form}`;
      return reply
        .type(SOURCE_TYPES[form])
        .header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
        .header('X-Content-Type-Options', 'nosniff')
        .send(content);
    },
  );
}

async function readJsonBody(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const body = await receiveBody(request.raw, reply.raw, MAX_CONFIG_BYTES);
  request.body = parseJson(body.toString(), 'the body');
}

/** Who may only know that it exists sees no value of its settings that could say more. */
function viewFor(may: Principal['may'], stored: StoredFunction): Static<typeof FunctionView> {
  const view = functionView(stored);
  if (may('function:read', `function:${view.name}`)) return view;
  return { ...view, config: { ...view.config, environment: {}, secrets: {}, grants: [], role: '' } };
}

function hasTag({ config }: FunctionDocument, tag: string): boolean {
  const equals = tag.indexOf('=');
  if (equals === -1) return Object.hasOwn(config.tags, tag);
  return config.tags[tag.slice(0, equals)] === tag.slice(equals + 1);
}
