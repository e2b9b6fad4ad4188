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
import { addEventRoutes } from './native/event/events.ts';
import { addIngestRoutes } from './native/event/ingest.ts';
import { addBlueprintRoutes } from './native/function/blueprints.ts';
import { addFileRoutes } from './native/function/files.ts';
import { addFunctionRoutes } from './native/function/functions.ts';
import { addTestEventRoutes } from './native/function/test-events.ts';
import { addAuditRoutes } from './native/govern/audit.ts';
import { addChangeRoutes } from './native/govern/changes.ts';
import { addPolicyRoutes } from './native/govern/policies.ts';
import { addQuotaRoutes } from './native/govern/quotas.ts';
import { addSecretRoutes } from './native/govern/secrets.ts';
import { addBrowserSessionRoutes } from './native/identity/browser-session.ts';
import { addPermissionRoutes } from './native/identity/can.ts';
import { addExecutionRoleRoutes } from './native/identity/execution-roles.ts';
import { addFunctionAccessRoutes } from './native/identity/function-access.ts';
import { addRoleRoutes } from './native/identity/roles.ts';
import { addSessionRoutes } from './native/identity/sessions.ts';
import { addTeamRoutes } from './native/identity/teams.ts';
import { addTokenRoutes } from './native/identity/tokens.ts';
import { addUserRoutes } from './native/identity/users.ts';
import { addInvocationRoutes } from './native/invoke/invocations.ts';
import type { NativeInvoke } from './native/invoke/invoke.ts';
import { addRecordingRoutes } from './native/invoke/recordings.ts';
import { addLiveRoute } from './native/live/live.ts';
import { UsageClock } from './native/live/usage-clock.ts';
import { addBackupRoutes } from './native/node/backup.ts';
import { addNodeRoutes } from './native/node/node.ts';
import { addAlertRoutes } from './native/observe/alerts.ts';
import { addLogRoutes } from './native/observe/logs.ts';
import { addMapRoute } from './native/observe/map.ts';
import { addMapCourseRoute } from './native/observe/map-course.ts';
import { addMetricRoutes } from './native/observe/metrics.ts';
import { addPrometheusRoute } from './native/observe/prometheus.ts';
import { addStatusRoutes } from './native/observe/status.ts';
import { addTraceRoutes } from './native/observe/traces.ts';
import { answerProblem } from './native/problem-json.ts';
import { addProjectLockRoutes } from './native/project/project-lock.ts';
import { addProjectRoutes } from './native/project/projects.ts';
import { addRepositoryRoutes } from './native/project/repositories.ts';
import { addAliasRoutes } from './native/release/aliases.ts';
import { addReleaseRoutes } from './native/release/releases.ts';
import { addVersionRoutes } from './native/release/versions.ts';
import { addBucketRoutes } from './native/service/buckets.ts';
import { addKeyValueRoutes } from './native/service/key-value.ts';
import { addKeyRoutes } from './native/service/keys.ts';
import { addQueueMessageRoutes } from './native/service/queue-messages.ts';
import { addQueueRoutes } from './native/service/queues.ts';
import { addRemovedObjectRoutes } from './native/service/removed-objects.ts';
import { addTopicEventRoutes } from './native/service/topic-events.ts';
import { addTopicRoutes } from './native/service/topics.ts';
import { addSampleRoutes } from './native/trigger/samples.ts';
import { addTriggerRoutes } from './native/trigger/triggers.ts';
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
  app.addHook('onSend', async ({ method }, reply) => {
    if (lifecycle.closing) reply.header('Connection', 'close');
    // By it whoever asks again and again knows what that costs the node, however slow the way there is.
    if (method === 'GET') reply.header('Server-Timing', `node;dur=${reply.elapsedTime.toFixed(1)}`);
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
  addTestEventRoutes(app, context);
  addEventRoutes(app, context);
  addInvocationRoutes(app, context, nativeInvoke);
  addTraceRoutes(app, context);
  addMapRoute(app, context);
  addMapCourseRoute(app, context);
  addLogRoutes(app, context);
  const usage = new UsageClock(context.clock);
  addNodeRoutes(app, context, usage);
  addPrometheusRoute(app, context);
  addMetricRoutes(app, context);
  addIngestRoutes(app, context);
  addBackupRoutes(app, context);
  addBucketRoutes(app, context);
  addRemovedObjectRoutes(app, context);
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
  addLiveRoute(app, context, usage);
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
