import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { type Duplex, duplexPair } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { ProjectApi } from '../project/api.ts';
import { type Principal, setPrincipal } from './principal.ts';

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** This node's own native API, called from within: by nobody's network, and with somebody's permissions. */
export interface OwnApi {
  as(principal: Principal, signal?: AbortSignal): ProjectApi;
}

/** Makes it over what serves the management routes. */
export function createOwnApi(manage: (req: IncomingMessage, res: ServerResponse) => void): OwnApi {
  return {
    as(principal, signal) {
      // A server that listens nowhere: connections are handed to it.
      const server = createServer((req, res) => {
        setPrincipal(req, principal);
        manage(req, res);
      });
      const connect = (): Duplex => {
        const [ours, theirs] = duplexPair();
        server.emit('connection', theirs);
        return ours;
      };
      const send = (method: string, path: string, { headers = {}, body }: RequestOptions = {}) =>
        new Promise<IncomingMessage>((resolve, reject) => {
          const length = body === undefined ? {} : { 'content-length': String(body.byteLength) };
          const req = request({
            method,
            path,
            headers: { host: 'localhost', accept: 'application/json', connection: 'close', ...headers, ...length },
            createConnection: connect,
            ...(signal !== undefined && { signal }),
          });
          req.once('error', reject);
          req.once('response', (res: IncomingMessage) => {
            if ((res.statusCode ?? 0) < 400) resolve(res);
            else textOf(res).then((text) => reject(refusal(res.statusCode ?? 500, text)), reject);
          });
          req.end(body);
        });
      return {
        async json<T>(method: string, path: string, options?: RequestOptions) {
          const text = await textOf(await send(method, path, options));
          return (text === '' ? undefined : JSON.parse(text)) as T;
        },
        async text(method, path) {
          return textOf(await send(method, path));
        },
        async *lines<T>(method: string, path: string, options: RequestOptions = {}) {
          const headers = { ...options.headers, accept: 'application/x-ndjson' };
          const response = await send(method, path, { ...options, headers });
          for await (const line of createInterface({ input: response })) if (line !== '') yield JSON.parse(line) as T;
        },
      };
    },
  };
}

/** An error whose `body` is the problem document. */
function refusal(status: number, text: string): Error {
  let body: { detail?: string } = {};
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // No problem document: the status has to do.
  }
  return Object.assign(new Error(body.detail ?? `the node answered with status ${status}`), { body });
}
