import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assertMayListen } from '../model/listening.ts';
import { Problem } from '../model/problem.ts';
import { answer, JSON_TYPE, PROBLEM_TYPE } from './answer.ts';
import { auditRefusal } from './audit.ts';
import { authorizeInvoke, passAsAnybody } from './authorize-invoke.ts';
import { createAwsDoor } from './aws/aws-door.ts';
import { isServicePath } from './binding/paths.ts';
import { tooLarge } from './body.ts';
import { claimsConsole, createConsoleDoor } from './console/console-door.ts';
import type { DoorContext, Lifecycle, ServerDeps } from './context.ts';
import { createFobCall } from './fob/call.ts';
import { answerFobFailure, errorJson } from './fob/error.ts';
import { answerGitFailure } from './git/answer-failure.ts';
import { takeBasicPassword } from './git/basic-auth.ts';
import { GIT } from './git/smart-http.ts';
import { isWebhookPath } from './git/webhook.ts';
import { createGuard } from './guard.ts';
import { createHooks, HOOKS } from './hooks/hooks.ts';
import { createFunctionUrls, FUNCTION_URLS } from './http/function-url.ts';
import { createHttpRoutes } from './http/routes.ts';
import { createHttpRunner } from './http/run.ts';
import { createManagement, type ManagementRoute } from './management.ts';
import { createDebuggerDoor } from './native/function/debugger.ts';
import { largestUploadBytes } from './native/function/upload.ts';
import { createNativeInvoke } from './native/invoke/invoke.ts';
import { isStatusPath } from './native/observe/status.ts';
import { answerProblem, problemJson } from './native/problem-json.ts';
import { plainTarget } from './plain-target.ts';
import { StreamSeats } from './stream-seats.ts';

const FOB_CALL = '/api/call/';
const FUNCTIONS = '/v1/functions/';
const INVOKE = '/invoke';
/** Every path that runs the function that it names. */
const INVOCATION = /^\/(?:f\/|api\/call\/|v1\/functions\/(?=[^/?]+\/invoke(?:\?|$)))(?<target>[^/?%]+)/;
/** Where a password becomes a token. */
const SESSIONS: ReadonlySet<string | undefined> = new Set(['/v1/session', '/v1/session/browser']);
const OPEN = { token: true };
const CONSOLE_FILES = { token: true, origin: true };
const NOT_FOR_FUNCTIONS =
  'a function reaches buckets, queues, topics, key-value spaces and other functions, as it was granted them, and nothing else of this node';
const MAX_HEADER_BYTES = 16_384;
/** Streams and live tails of one node, and how many callers share them at least. */
const MAX_STREAMS = 100;
const MAX_TAILS = 200;
const SHARES = 4;
const MAX_CONNECTIONS = 20_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** For receiving a whole request, its body included: a large object on a slow line. How long an answer takes is not limited here. */
const REQUEST_TIMEOUT_MS = 3_600_000;
const KEEP_ALIVE_MS = 60_000;

/** The HTTP server of a node, with all its doors. */
export interface DoorServer {
  /** Every route of the API, with what it demands. */
  readonly routes: readonly ManagementRoute[];
  /** Starts to listen; rejects with `unavailable` where the port is taken. */
  listen(): Promise<{ url: string; host: string; port: number }>;
  /** Takes no new connection, ends live tails, lets requests under way finish for `drainMs`, then cuts what is left. */
  close(): Promise<void>;
  /** Answers a request that came by the socket in the data folder: whoever can open that is the node's operator. */
  serveOperator(req: IncomingMessage, res: ServerResponse): void;
  /**
   * Answers a request that a function made on its sandbox's own socket; `setPrincipal` has said which. Backing services, and
   * functions that it may invoke, as far as it was granted them, and nothing else of this node. To be called for
   * `checkContinue` too.
   */
  serveFunction(req: IncomingMessage, res: ServerResponse): void;
}

/**
 * Makes the server. Rejects with `invalid_request` for settings that would open the node to others without a token.
 * The two invoke paths are matched by hand; everything else goes through the framework.
 */
export async function createServer(deps: ServerDeps): Promise<DoorServer> {
  const { settings, log, clock } = deps;
  assertMayListen(settings);
  const lifecycle: Lifecycle = {
    closing: false,
    address: { host: settings.host, port: settings.port },
    endless: new Set(),
    streams: new StreamSeats('streams', MAX_STREAMS, MAX_STREAMS / SHARES),
    tails: new StreamSeats('live tails', MAX_TAILS, MAX_TAILS / SHARES),
  };
  const context: DoorContext = { ...deps, lifecycle };
  const guard = createGuard(settings, deps.identity);
  const openStatus = settings.statusPage === 'open';
  const fobCall = createFobCall(context);
  const nativeInvoke = createNativeInvoke(context);
  const aws = createAwsDoor(context);
  const httpRunner = createHttpRunner(context);
  const functionUrls = createFunctionUrls(context, httpRunner);
  const httpRoutes = createHttpRoutes(context, guard, httpRunner);
  const hooks = createHooks(context, (res, thrown) => fail(res.req, res, thrown));
  const webConsole = createConsoleDoor(context);
  const debuggers = createDebuggerDoor(context, guard);
  let manage: (req: IncomingMessage, res: ServerResponse) => void;

  const serve = (req: IncomingMessage, res: ServerResponse): void => {
    const url = req.url!;
    if (aws.claims(req)) {
      const refusal = guard(req, aws.waived(req));
      if (refusal === undefined) aws.serve(req, res);
      else refuse(req, res, refusal);
      return;
    }
    if (url === '/healthz' || url === '/readyz') {
      manage(req, res);
      return;
    }
    if (url.startsWith(HOOKS)) {
      // Senders know no token of the node; each trigger checks its own credential.
      const refusal = guard(req, { token: true });
      if (refusal === undefined) hooks(req, res);
      else refuse(req, res, refusal);
      return;
    }
    if (httpRoutes(req, res)) return;
    if (claimsConsole(req)) {
      // Its files hold nothing, and a link to it may stand anywhere.
      const refusal = guard(req, CONSOLE_FILES);
      if (refusal === undefined) webConsole(req, res);
      else refuse(req, res, refusal);
      return;
    }
    if (url.startsWith(GIT)) takeBasicPassword(req);
    const isOpen =
      (SESSIONS.has(url) && req.method === 'POST') || isWebhookPath(url) || (openStatus && isStatusPath(url));
    const refusal = isOpen ? guard(req, OPEN) : guard(req);
    if (refusal !== undefined && !isOpenFunction(req, url, refusal)) refuse(req, res, refusal);
    else serveGuarded(req, res, url);
  };

  const serveGuarded = (req: IncomingMessage, res: ServerResponse, url: string): void => {
    if (url.startsWith(FUNCTION_URLS)) functionUrls(req, res);
    else if (!(url.startsWith(FOB_CALL) ? callsFob(req, res, url) : invokes(req, res, url))) manage(req, res);
  };

  /** Whether a request that has no credential is an invocation of a function that is open to all. */
  const isOpenFunction = (req: IncomingMessage, url: string, refusal: Problem): boolean => {
    if (refusal.code !== 'unauthorized' || !deps.identity.hasOpenFunctions) return false;
    const target = INVOCATION.exec(url)?.groups?.target;
    return target !== undefined && passAsAnybody(context, req, target);
  };

  /** False where whoever asks may not invoke this; then it was answered. */
  const mayInvoke = (req: IncomingMessage, res: ServerResponse, target: string): boolean => {
    try {
      authorizeInvoke(context, req, target);
      return true;
    } catch (thrown) {
      fail(req, res, thrown);
      return false;
    }
  };

  /** `GET|POST /api/call/<target>[?<query>]`; false where it is not quite that. */
  const callsFob = (req: IncomingMessage, res: ServerResponse, url: string): boolean => {
    const mark = url.indexOf('?', FOB_CALL.length);
    const target = plainTarget(mark === -1 ? url.slice(FOB_CALL.length) : url.slice(FOB_CALL.length, mark));
    if ((req.method !== 'GET' && req.method !== 'POST') || !isPlainName(target)) return false;
    if (mayInvoke(req, res, target)) fobCall(req, res, target, mark === -1 ? '' : url.slice(mark + 1));
    return true;
  };

  /** `POST /v1/functions/<target>/invoke[?<query>]`; false where it is not quite that. */
  const invokes = (req: IncomingMessage, res: ServerResponse, url: string): boolean => {
    if (req.method !== 'POST' || !url.startsWith(FUNCTIONS)) return false;
    const end = url.indexOf(INVOKE, FUNCTIONS.length);
    if (end === -1) return false;
    const target = plainTarget(url.slice(FUNCTIONS.length, end));
    const after = end + INVOKE.length;
    if (!isPlainName(target) || (after < url.length && url[after] !== '?')) return false;
    if (mayInvoke(req, res, target)) nativeInvoke(req, res, target, url.slice(after + 1));
    return true;
  };

  const serveFunction = (req: IncomingMessage, res: ServerResponse): void => {
    const url = req.url!;
    if (aws.claims(req)) return aws.serve(req, res);
    if (req.headers.expect !== undefined) res.writeContinue();
    try {
      if (isServicePath(url)) manage(req, res);
      else if (!invokes(req, res, url)) throw new Problem('forbidden', NOT_FOR_FUNCTIONS);
    } catch (thrown) {
      fail(req, res, thrown);
    }
  };

  const fail = (req: IncomingMessage, res: ServerResponse, thrown: unknown) => {
    if (thrown instanceof Problem) auditRefusal(deps.audit, req, thrown);
    if (req.url!.startsWith('/api/')) answerFobFailure(lifecycle, log, res, thrown);
    else if (req.url!.startsWith(GIT)) answerGitFailure(lifecycle, log, res, thrown);
    else answerProblem(lifecycle, log, res, thrown);
  };
  const refuse: (req: IncomingMessage, res: ServerResponse, problem: Problem) => void = fail;

  const server = createHttpServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Anybody else who offers another protocol is answered in this one.
      shouldUpgradeCallback: debuggers.claims,
    },
    serve,
  );
  server.on('upgrade', debuggers.upgrade);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    if (aws.claims(req)) {
      // It asks for the body itself, once the signature is found right.
      serve(req, res);
      return;
    }
    // A body that is too large for every upload is refused before it is sent.
    const isTooLarge = Number(req.headers['content-length']) > largestUploadBytes(settings.maxCodeBytes);
    if (req.url === '/v1/restore' || req.url!.startsWith('/v1/buckets/') || req.url!.startsWith(GIT) || !isTooLarge) {
      res.writeContinue();
      serve(req, res);
    } else {
      // It will not come, so nothing is to be waited for.
      res.shouldKeepAlive = false;
      const problem = tooLarge(settings.maxCodeBytes);
      const fob = req.url!.startsWith('/api/');
      const json = fob ? errorJson(problem.code, problem.message) : JSON.stringify(problemJson({ problem }));
      answer(lifecycle, res, problem.status, ['Content-Type', fob ? JSON_TYPE : PROBLEM_TYPE], json);
    }
  });
  const management = await createManagement(context, server, fobCall, nativeInvoke);
  manage = management.routing;

  const serveOperator = (req: IncomingMessage, res: ServerResponse): void => {
    if (req.headers.expect !== undefined) res.writeContinue();
    serveGuarded(req, res, req.url!);
  };

  return {
    routes: management.routes,
    serveFunction,
    serveOperator,
    async listen() {
      await listening(server, settings.host, settings.port);
      const { address, port } = server.address() as AddressInfo;
      lifecycle.address = { host: settings.host, port };
      return { url: `http://${urlHost(connectable(settings.host))}:${port}`, host: address, port };
    },
    async close() {
      lifecycle.closing = true;
      for (const end of lifecycle.endless) end();
      const cancelCut = clock.after(settings.drainMs, () => server.closeAllConnections());
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await closed;
      cancelCut();
      await management.close();
    },
  };
}

/** Whether a path segment needs no decoding and is not empty. */
function isPlainName(segment: string): boolean {
  return segment !== '' && segment.indexOf('/') === -1 && segment.indexOf('%') === -1;
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => reject(cannotListen(host, port, cause));
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): Problem {
  const place = `${urlHost(host)}:${port}`;
  if (cause.code === 'EADDRINUSE') {
    return new Problem(
      'unavailable',
      `${place} is taken by another process; stop it or choose another port with --port`,
      { cause },
    );
  }
  if (cause.code === 'EACCES') {
    return new Problem('unavailable', `this user may not listen on ${place}; choose a port from 1024 on with --port`, {
      cause,
    });
  }
  return new Problem(
    'unavailable',
    `cannot listen on ${place} (${cause.code}); choose another with --host and --port`,
    { cause },
  );
}

/** An address that one can connect to, where a node listens on all of them. */
function connectable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
