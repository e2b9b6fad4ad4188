import { chmodSync, closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Binding, Bindings } from '../../engine/api.ts';
import type { FunctionConfig } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import { newOwnerName } from '../../sandbox/owner.ts';
import type { AccessKeys } from '../../service/access/access-keys.ts';
import { grantedPrincipal, setPrincipal } from '../principal.ts';
import { type CallObserver, followCall } from './traced-calls.ts';

/** What one sandbox may hold open and how slow it may be. Its own limits of descriptors and processes are lower mostly. */
const MAX_CONNECTIONS = 256;
const MAX_HEADER_BYTES = 16_384;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 300_000;
/** Long, for a sandbox that rests between calls should find its connections again. */
const KEEP_ALIVE_MS = 600_000;
/** A signature names a region, and clients insist on one; the node's services take any. */
const REGION = 'us-east-1';
/** A function that brings credentials for somewhere else keeps all of its own. */
const OWN_CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_ENDPOINT_URL',
];

interface BindingsOptions {
  /** The node's folder for what living sandboxes need. */
  readonly runFolder: string;
  readonly keys: Pick<AccessKeys, 'issue' | 'revoke'>;
  /** What a function may do now. */
  grantsOf(config: FunctionConfig): readonly string[];
  /** Hears of what functions call. */
  readonly observer?: CallObserver;
  /** Answers a request of a function; who asks is set. */
  serve(req: IncomingMessage, res: ServerResponse): void;
}

/**
 * One HTTP server for each sandbox whose function was granted something, on a Unix socket of its own: whoever can connect
 * to it is that function, and no credential is needed to say so. The socket's file carries its owner's name, so that the
 * sandboxes' next start removes what a killed node left.
 */
export function createBindings({ runFolder, keys, serve, grantsOf, observer }: BindingsOptions): Bindings {
  mkdirSync(runFolder, { recursive: true });
  return {
    async bind({ name, config, hops, running }): Promise<Binding | undefined> {
      if ((config.grants.length === 0 && config.role === '') || config.network === 'none') return undefined;
      // A role may change while the sandbox lives: what holds is asked at each request.
      const grants = () => grantsOf(config);
      const who = `function '${name}'`;
      const answer = (req: IncomingMessage, res: ServerResponse): void => {
        const trace = observer && followCall(req, res, name, running(), observer);
        const principal = grantedPrincipal('function', who, grants(), hops() + 1, name);
        setPrincipal(req, { ...principal, caller: name, ...(trace !== undefined && { trace }) });
        serve(req, res);
      };
      const server = createServer(
        {
          maxHeaderSize: MAX_HEADER_BYTES,
          headersTimeout: HEADERS_TIMEOUT_MS,
          requestTimeout: REQUEST_TIMEOUT_MS,
          keepAliveTimeout: KEEP_ALIVE_MS,
        },
        answer,
      );
      server.on('checkContinue', answer);
      server.maxConnections = MAX_CONNECTIONS;
      const fileName = newOwnerName();
      const socketPath = join(runFolder, fileName);
      await listen(server, runFolder, fileName);
      const key = keys.issue({ name: who, grants });
      const takesKey = OWN_CREDENTIALS.every((variable) => config.environment[variable] === undefined);
      return {
        environment: {
          ...(takesKey && {
            AWS_ACCESS_KEY_ID: key.accessKeyId,
            AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
            AWS_SESSION_TOKEN: key.sessionToken,
          }),
          ...regionOf(config),
        },
        addressVariables: takesKey ? ['FOB_URL', 'AWS_ENDPOINT_URL'] : ['FOB_URL'],
        socketPath,
        release() {
          keys.revoke(key.accessKeyId);
          server.close();
          server.closeAllConnections();
          // Where the sandbox ended before the file was moved into it.
          rmSync(socketPath, { force: true });
        },
      };
    },
  };
}

/** The region that the function chose, under both names that clients look for. */
function regionOf({ environment }: FunctionConfig): Record<string, string> {
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? REGION;
  return { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

/** A socket's path has some 100 bytes at most; through the folder's descriptor any folder will do. */
async function listen(server: Server, folder: string, fileName: string): Promise<void> {
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const path = process.platform === 'linux' ? `/proc/self/fd/${descriptor}/${fileName}` : join(folder, fileName);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
    chmodSync(path, 0o600);
  } catch (cause) {
    server.close();
    throw new Problem(
      'sandbox_failed',
      'cannot listen on the socket of a sandbox: look at the disk of the data folder',
      {
        cause,
      },
    );
  } finally {
    closeSync(descriptor);
  }
}
