import { Agent, request as httpRequest } from 'node:http';

const TIMEOUT_MS = 60_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** From sending the request until the last byte of the answer. */
  readonly ms: number;
}

/** A small timed HTTP client over kept connections: what wrk is not, one call at a time and each with its answer. */
export class HttpClient {
  readonly #agent: Agent;

  constructor(connections = 1) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Rejects where there is no answer (refused, reset, silent for a minute); any status is an answer. */
  send(method: string, url: string, body?: string, contentType = 'text/plain'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : Buffer.from(body);
      const headers = content && { 'content-type': contentType, 'content-length': content.length };
      const options = { method, agent: this.#agent, timeout: TIMEOUT_MS, ...(headers && { headers }) };
      const startedMs = performance.now();
      const request = httpRequest(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const ms = performance.now() - startedMs;
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8'), ms });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${url}: no answer within ${TIMEOUT_MS} ms`)));
      request.on('error', reject);
      request.end(content);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
