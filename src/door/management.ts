import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import multipart from '@fastify/multipart';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyContextConfig, type FastifyError } from 'fastify';
import { Problem, type ProblemCode } from '../model/problem.ts';
import type { App } from './app.ts';
import { auditHook, auditRefusal } from './audit.ts';
import { refuseMalformed } from './client-error.ts';
import type { DoorContext } from './context.ts';
import { addDocsPage } from './docs-page.ts';
import type { FobCall } from './fob/call.ts';
import { answerFobFailure } from './fob/error.ts';
import { addFobRoutes } from './fob/routes.ts';
import { answerGitFailure } from './git/answer-failure.ts';
import { addGitDoor } from './git/git-door.ts';
import { GIT } from './git/smart-http.ts';
import { addAlertRoutes } from './native/alerts.ts';
import { addAliasRoutes } from './native/aliases.ts';
import { addAuditRoutes } from './native/audit.ts';
import { addBackupRoutes } from './native/backup.ts';
import { addBlueprintRoutes } from './native/blueprints.ts';
import { addBrowserSessionRoutes } from './native/browser-session.ts';
import { addBucketRoutes } from './native/buckets.ts';
import { addPermissionRoutes } from './native/can.ts';
import { addChangeRoutes } from './native/changes.ts';
import { addEventRoutes } from './native/events.ts';
import { addExecutionRoleRoutes } from './native/execution-roles.ts';
import { addFileRoutes } from './native/files.ts';
import { addFunctionAccessRoutes } from './native/function-access.ts';
import { addFunctionRoutes } from './native/functions.ts';
import { addIngestRoutes } from './native/ingest.ts';
import { addInvocationRoutes } from './native/invocations.ts';
import type { NativeInvoke } from './native/invoke.ts';
import { addKeyValueRoutes } from './native/key-value.ts';
import { addKeyRoutes } from './native/keys.ts';
import { addLiveRoute } from './native/live.ts';
import { addLogRoutes } from './native/logs.ts';
import { addMapRoute } from './native/map.ts';
import { addMetricRoutes } from './native/metrics.ts';
import { addNodeRoutes } from './native/node.ts';
import { addPolicyRoutes } from './native/policies.ts';
import { answerProblem } from './native/problem-json.ts';
import { addProjectLockRoutes } from './native/project-lock.ts';
import { addProjectRoutes } from './native/projects.ts';
import { addPrometheusRoute } from './native/prometheus.ts';
import { addQueueMessageRoutes } from './native/queue-messages.ts';
import { addQueueRoutes } from './native/queues.ts';
import { addQuotaRoutes } from './native/quotas.ts';
import { addRecordingRoutes } from './native/recordings.ts';
import { addReleaseRoutes } from './native/releases.ts';
import { addRepositoryRoutes } from './native/repositories.ts';
import { addRoleRoutes } from './native/roles.ts';
import { addSampleRoutes } from './native/samples.ts';
import { addSecretRoutes } from './native/secrets.ts';
import { addSessionRoutes } from './native/sessions.ts';
import { addStatusRoutes } from './native/status.ts';
import { addTeamRoutes } from './native/teams.ts';
import { addTokenRoutes } from './native/tokens.ts';
import { addTopicEventRoutes } from './native/topic-events.ts';
import { addTopicRoutes } from './native/topics.ts';
import { addTraceRoutes } from './native/traces.ts';
import { addTriggerRoutes } from './native/triggers.ts';
import { addUserRoutes } from './native/users.ts';
import { addVersionRoutes } from './native/versions.ts';
import { addOpenApi } from './openapi.ts';
import { createOwnApi } from './own-api.ts';
import { checkPermission } from './permission.ts';
import { KnownRoutes } from './unknown-route.ts';
import { validatorCompiler } from './validation.ts';

const WELCOME = `Flock of Birds is running.

  Register a function   curl --data-binary @hello.py http://HOST/api/gen
  Call it               curl http://HOST/api/call/<id>
  The API as a page     http://HOST/docs
`;

/** A route, and what it demands of who asks. */
export interface ManagementRoute {
  readonly method: string;
  readonly url: string;
  readonly permission: FastifyContextConfig['permission'] | undefined;
}

/** Everything that is not an invocation: management, records, logs, descriptions. */
interface Management {
  readonly routes: readonly ManagementRoute[];
  readonly routing: (req: IncomingMessage, res: ServerResponse) => void;
  close(): Promise<void>;
}

/** Builds the framework's routes on a server that is the caller's own. */
export async function createManagement(
  context: DoorContext,
  server: Server,
  fobCall: FobCall,
  nativeInvoke: NativeInvoke,
): Promise<Management> {
  const { lifecycle, log } = context;
  const known = new KnownRoutes();
  const routes: ManagementRoute[] = [];

  const fail = (req: IncomingMessage, res: ServerResponse, thrown: unknown) => {
    if (thrown instanceof Problem) auditRefusal(context.audit, req, thrown);
    if (req.url!.startsWith('/api/')) answerFobFailure(lifecycle, log, res, thrown);
    else if (req.url!.startsWith(GIT)) answerGitFailure(lifecycle, log, res, thrown);
    else answerProblem(lifecycle, log, res, thrown);
  };

  const app: App = Fastify({
    serverFactory: () => server,
    logger: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    clientErrorHandler: refuseMalformed,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error, request, reply) => {
      reply.hijack();
      fail(request.raw, reply.raw, fromFramework(error));
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  // Handlers read bodies themselves: each knows its limit, and an early refusal must not cut the sender off.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRoute', (route) => {
    known.add(route.method, route.url);
    const { permission } = (route.config ?? {}) as FastifyContextConfig;
    routes.push({ method: String(route.method), url: route.url, permission });
  });
  app.addHook('onRequest', checkPermission);
  app.addHook('onResponse', auditHook(context.audit));
  app.addHook('onSend', async (_request, reply) => {
    if (lifecycle.closing) reply.header('Connection', 'close');
  });
  app.setErrorHandler((error, request, reply) => {
    reply.hijack();
    fail(request.raw, reply.raw, fromFramework(error));
  });
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    fail(request.raw, reply.raw, known.problemOf(request.raw));
  });

  await addOpenApi(app, context);
  await app.register(multipart);
  app.get('/', { config: { permission: 'own' }, schema: { hide: true } }, (request, reply) =>
    reply.type('text/plain; charset=utf-8').send(WELCOME.replaceAll('HOST', request.host)),
  );
  addFobRoutes(app, context, fobCall);
  addFunctionRoutes(app, context);
  addEventRoutes(app, context);
  addInvocationRoutes(app, context, nativeInvoke);
  addTraceRoutes(app, context);
  addMapRoute(app, context);
  addLogRoutes(app, context);
  addNodeRoutes(app, context);
  addPrometheusRoute(app, context);
  addMetricRoutes(app, context);
  addIngestRoutes(app, context);
  addBackupRoutes(app, context);
  addBucketRoutes(app, context);
  addQueueRoutes(app, context);
  addQueueMessageRoutes(app, context);
  addTopicRoutes(app, context);
  addTopicEventRoutes(app, context);
  addTriggerRoutes(app, context);
  addFileRoutes(app, context);
  addVersionRoutes(app, context);
  addAliasRoutes(app, context);
  addReleaseRoutes(app, context);
  addRecordingRoutes(app, context);
  addSampleRoutes(app, context);
  addBlueprintRoutes(app);
  addKeyValueRoutes(app, context);
  addKeyRoutes(app, context);
  addSecretRoutes(app, context);
  addExecutionRoleRoutes(app, context);
  addPolicyRoutes(app, context);
  addQuotaRoutes(app, context);
  addAlertRoutes(app, context);
  addUserRoutes(app, context);
  addTeamRoutes(app, context);
  addRoleRoutes(app, context);
  addSessionRoutes(app, context);
  addTokenRoutes(app, context);
  addPermissionRoutes(app, context);
  addFunctionAccessRoutes(app, context);
  addBrowserSessionRoutes(app, context);
  addLiveRoute(app, context);
  addAuditRoutes(app, context);
  addChangeRoutes(app, context);
  addStatusRoutes(app, context);
  const routing = (req: IncomingMessage, res: ServerResponse) => app.routing(req, res);
  const ownApi = createOwnApi(routing);
  addProjectRoutes(app, context, ownApi);
  addProjectLockRoutes(app, context);
  addRepositoryRoutes(app, context);
  const git = addGitDoor(app, context, ownApi);
  await app.register(async (scope) => addDocsPage(scope as App));
  await app.ready();

  git.start();

  return {
    routing,
    routes,
    async close() {
      await git.close();
      await app.close();
    },
  };
}

/** The framework's own errors as problems; whatever else was thrown passes through. */
function fromFramework(thrown: unknown): unknown {
  if (thrown instanceof Problem) return thrown;
  const { statusCode, code, message } = thrown as Partial<FastifyError>;
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500 || !code?.startsWith('FST_')) return thrown;
  return new Problem(CODE_OF_STATUS[statusCode] ?? 'invalid_request', message ?? 'the request is malformed', {
    cause: thrown,
  });
}

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  404: 'not_found',
  413: 'too_large',
  415: 'unsupported_media_type',
};
