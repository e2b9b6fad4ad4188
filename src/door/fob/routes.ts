import { isUtf8 } from 'node:buffer';
import Type from 'typebox';
import { noFunction } from '../../model/no-function.ts';
import { Problem } from '../../model/problem.ts';
import { JSON_TYPE } from '../answer.ts';
import { answers } from '../answer-schemas.ts';
import type { App } from '../app.ts';
import { authorizeInvoke } from '../authorize-invoke.ts';
import { receiveBody } from '../body.ts';
import type { DoorContext } from '../context.ts';
import { assigningTeams, noteVersion, permitVersion } from '../deploy-permission.ts';
import { mediaTypeOf } from '../media-type.ts';
import { permitAny } from '../permission.ts';
import { demand, principalOf } from '../principal.ts';
import { queryOf } from '../query.ts';
import { SOURCE_TYPES } from '../source-types.ts';
import type { FobCall } from './call.ts';
import { CallAnswer, ErrorAnswer, GenAnswer, IdParameters, MetaAnswer, StatsAnswer } from './schemas.ts';

/** The report's five calls. The server matches `/api/call` by hand; its routes here serve spellings that it did not match. */
export function addFobRoutes(app: App, context: DoorContext, call: FobCall): void {
  const { engine, deployer, settings, lifecycle } = context;
  const tags = ['fob'];

  app.post(
    '/api/gen',
    {
      config: permitAny('function:deploy'),
      schema: {
        tags,
        summary: 'Registers a function: the body is its code, with an entry point named `callme`',
        operationId: 'fobGen',
        querystring: Type.Object({
          lang: Type.Optional(Type.String({ maxLength: 64, description: 'Language; recognised where absent' })),
        }),
        response: answers({ 200: GenAnswer, 400: ErrorAnswer, 413: ErrorAnswer }),
      },
    },
    async (request, reply) => {
      if (mediaTypeOf(request.raw) === 'multipart/form-data') {
        throw new Problem('unsupported_media_type', 'send the code itself as the body: curl --data-binary @file');
      }
      const content = await receiveBody(request.raw, reply.raw, settings.maxCodeBytes);
      if (content.length === 0)
        throw new Problem('invalid_request', 'the body is empty; send the code of the function');
      if (!isUtf8(content)) throw new Problem('invalid_function', 'the code is not valid UTF-8 text');
      const { lang } = request.query;
      const wanted = { handler: 'main.callme', ...(lang !== undefined && lang !== '' && { runtime: lang }) };
      const stored = await deployer.deploy({
        code: { form: 'inline', content },
        fallbackRuntime: 'python',
        config: permitVersion(context, request.raw, 'function:deploy', undefined, wanted),
        origin: { by: principalOf(request.raw).name },
        teams: assigningTeams(request.raw),
      });
      noteVersion(request.raw, undefined, stored);
      const { document } = stored;
      reply.type(JSON_TYPE);
      return { id: document.id };
    },
  );

  for (const method of ['GET', 'POST'] as const) {
    app.route({
      method,
      url: '/api/call/:id',
      config: { permission: 'own', does: 'function:invoke' },
      schema: {
        tags,
        summary: 'Invokes a function with named parameters and answers with what it returned',
        description:
          'Parameters by name: `?a:1,b:2`, `?a=1&b=2` or `?params=a:1,b:2` pass texts; a POST with a JSON object passes typed values.',
        operationId: method === 'GET' ? 'fobCall' : 'fobCallTyped',
        params: IdParameters,
        response: answers({
          200: CallAnswer,
          400: ErrorAnswer,
          404: ErrorAnswer,
          429: ErrorAnswer,
          502: ErrorAnswer,
          504: ErrorAnswer,
        }),
      },
      handler: (request, reply) => {
        authorizeInvoke(context, request.raw, request.params.id);
        reply.hijack();
        call(request.raw, reply.raw, request.params.id, queryOf(request.raw.url!));
      },
    });
  }

  app.get(
    '/api/stats',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Lists all registered functions',
        operationId: 'fobStats',
        response: answers({ 200: StatsAnswer }),
      },
    },
    async (request, reply) => {
      reply.type(JSON_TYPE);
      const { may } = principalOf(request.raw);
      const listed = engine.list().filter(({ document }) => may('function:list', `function:${document.name}`));
      return { functions: listed.map(({ document }) => document.id) };
    },
  );

  app.get(
    '/api/meta/:id',
    {
      config: permitAny('function:list'),
      schema: {
        tags,
        summary: 'Says where a function runs',
        operationId: 'fobMeta',
        params: IdParameters,
        response: answers({ 200: MetaAnswer, 404: ErrorAnswer }),
      },
    },
    async (request, reply) => {
      demand(request.raw, 'function:list', `function:${request.params.id}`);
      const document = found(request.params.id);
      reply.type(JSON_TYPE);
      return {
        host: reachableHost(lifecycle.address.host, request.host),
        port: lifecycle.address.port,
        id: document.id,
        name: document.name,
        version: document.version,
        runtime: document.config.runtime,
        sandboxes: engine.sandboxes().filter((sandbox) => sandbox.function === document.name),
      };
    },
  );

  app.get(
    '/api/cs/:id',
    {
      config: permitAny('function:code'),
      schema: {
        tags,
        summary: 'Serves the code, byte for byte as it was registered',
        operationId: 'fobCode',
        params: IdParameters,
        response: answers({ 404: ErrorAnswer }),
      },
    },
    async (request, reply) => {
      demand(request.raw, 'function:code', `function:${request.params.id}`);
      found(request.params.id);
      const { content, form } = await deployer.source(request.params.id);
      return reply.type(SOURCE_TYPES[form]).header('X-Content-Type-Options', 'nosniff').send(content);
    },
  );

  function found(id: string) {
    const stored = engine.find(id);
    if (stored === undefined) throw noFunction(id, '; GET /api/stats lists them');
    return stored.document;
  }
}

/** Where the server listens on every address, the one that the caller used is one that works. */
function reachableHost(listening: string, asked: string): string {
  if (listening !== '0.0.0.0' && listening !== '::') return listening;
  return asked.startsWith('[') ? asked.slice(1, asked.indexOf(']')) : asked.split(':', 1)[0]!;
}
