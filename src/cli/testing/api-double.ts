import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultConfig } from '../../model/function.ts';
import type { FunctionView } from '../api.ts';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; what no handler answers gets 404 as a node gives it. */
type Handler = (request: Received, response: ServerResponse) => void;

/** A real HTTP server that stands for a node, so that what the command line sends and shows can be examined by itself. */
export class ApiDouble {
  readonly url: string;
  readonly received: Received[] = [];
  private readonly handlers = new Map<string, Handler>();
  private readonly server;

  private constructor(server: ReturnType<typeof createServer>) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response));
  }

  static async start(): Promise<ApiDouble> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ApiDouble(server);
  }

  /** `route` is a method and a path, such as `GET /v1/functions`. */
  on(route: string, handler: Handler | object): void {
    this.handlers.set(
      route,
      typeof handler === 'function' ? (handler as Handler) : (_request, response) => json(response, handler),
    );
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const received = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') };
    this.received.push(received);
    const handler = this.handlers.get(`${method} ${url.split('?')[0]}`);
    if (handler !== undefined) handler(received, response);
    else json(response, { code: 'not_found', status: 404, detail: `nothing at ${url}` }, 404);
  }
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
  response.end(JSON.stringify(value));
}

/** A function as a node shows it. */
export function sampleFunction(name: string, description = ''): FunctionView {
  return {
    name,
    id: '6f2f8f10-0000-4000-8000-000000000001',
    version: 1,
    revision: 7,
    createdAt: '2026-01-31T12:00:00.000Z',
    updatedAt: '2026-01-31T12:00:00.000Z',
    config: {
      ...defaultConfig(),
      runtime: 'python',
      handler: `${name}.callme`,
      environment: { SECRET: 'hunter2' },
      description,
    },
    code: { form: 'inline', bytes: 54, sha256: 'ab'.repeat(32), fileName: `${name}.py`, files: 1, builtBytes: 54 },
  };
}
