import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A real HTTP server that subscribes: what it answers is chosen, what it gets can be waited for. */
export class Receiver {
  readonly url: string;
  readonly port: number;
  /** Answers one request. */
  answer: (received: Received, response: ServerResponse) => void = (_received, response) => response.end();
  private readonly server;
  private readonly received: Received[] = [];
  private readonly waiting: ((received: Received) => void)[] = [];

  private constructor(server: ReturnType<typeof createServer>) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
      const received = { path: request.url!, headers: request.headers, body: await buffer(request) };
      this.answer(received, response);
      const next = this.waiting.shift();
      if (next === undefined) this.received.push(received);
      else next(received);
    });
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server);
  }

  /** The next request that nobody has waited for. */
  next(): Promise<Received> {
    const first = this.received.shift();
    return first === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve(first);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
