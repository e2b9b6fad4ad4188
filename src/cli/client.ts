import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { EXIT, type ExitCode, Failure } from './failure.ts';
import { withListCommand } from './list-command.ts';
import { operatorSocket, UNIX } from './operator-socket.ts';

export const DEFAULT_URL = 'http://127.0.0.1:9999';

/** How the node says where in a request something is wrong. */
const PLACE = /^(body|query parameter|path|header)(?: "([^"]+)")?(?= (?:must|is|names|says) )/;

/** A failure's body is read up to here. */
const MAX_FAILURE_BYTES = 4_194_304;

interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | Readable;
  readonly signal?: AbortSignal;
  /** Answers of 400 and above are returned instead of thrown. */
  readonly acceptFailure?: boolean;
}

/**
 * A client of one node's HTTP API. It uses `node:http`, not `fetch`, whose time limits (300 s for an answer's head and
 * between two parts of its body) are shorter than what a function may take and a log may be silent.
 */
export interface NodeClient {
  readonly url: string;
  /** Sends one request and resolves with the answer's head. Throws a `Failure`: 4 where no node answers; 2 for values of a wrong shape, 3 and 5 for other refusals. */
  send(method: string, path: string, options?: RequestOptions): Promise<IncomingMessage>;
  /** `send`, with the answer's body as JSON. */
  json<T>(method: string, path: string, options?: RequestOptions): Promise<T>;
  /** `send`, with the answer's body as one JSON value a line, as they come. */
  lines<T>(method: string, path: string, options?: RequestOptions): AsyncGenerator<T>;
}

/** Makes a client for the node at `url`; a URL that is none is a usage failure. */
export async function createClient(url: string, token: string | undefined): Promise<NodeClient> {
  const socket = url.startsWith(UNIX) ? operatorSocket(url.slice(UNIX.length)) : undefined;
  const base = socket === undefined ? parseUrl(url) : new URL('http://localhost');
  const start = base.protocol === 'https:' ? (await import('node:https')).request : httpRequest;

  const send = (method: string, path: string, options: RequestOptions = {}): Promise<IncomingMessage> => {
    const whole = base.pathname.replace(/\/$/, '') + path;
    const target = new URL(whole, base);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (Array.isArray(value)) for (const each of value) target.searchParams.append(name, each);
      else if (value !== undefined) target.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (token !== undefined && token !== '') headers.authorization = `Bearer ${token}`;
    const { body } = options;
    if (body instanceof Uint8Array) headers['content-length'] = String(body.byteLength);
    return new Promise((resolve, reject) => {
      const req = start(target, {
        method,
        headers,
        agent: false,
        // A key that is `..` is no way elsewhere, which a URL would make of it.
        path: whole.split('?', 1)[0] + target.search,
        ...(socket !== undefined && { socketPath: socket }),
        ...(options.signal && { signal: options.signal }),
      });
      req.once('error', (error) => reject(socket === undefined ? unreachable(base, error) : noOperator(url, error)));
      req.once('response', (response: IncomingMessage) => {
        if (options.acceptFailure === true || (response.statusCode ?? 0) < 400) resolve(response);
        else readFailure(response).then(reject, reject);
      });
      if (body === undefined || body instanceof Uint8Array) {
        req.end(body);
        return;
      }
      body.once('error', (error) => {
        req.destroy();
        reject(error);
      });
      body.pipe(req);
    });
  };

  return {
    url: socket === undefined ? base.href.replace(/\/$/, '') : url,
    send,
    async json<T>(method: string, path: string, options?: RequestOptions) {
      const response = await send(method, path, options);
      const text = (await readBody(response)).toString('utf8');
      return (text === '' ? undefined : parseJson(text, base)) as T;
    },
    async *lines<T>(method: string, path: string, options: RequestOptions = {}) {
      const response = await send(method, path, {
        ...options,
        headers: { accept: 'application/x-ndjson', ...options.headers },
      });
      let unfinished = false;
      try {
        for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
          if (unfinished) throw foreign(base);
          const value = parsed(line);
          if (value !== undefined) yield value as T;
          else unfinished = line.trim() !== '';
        }
      } catch (cause) {
        if (cause instanceof Failure) throw cause;
        throw new Failure(EXIT.unreachable, `the node at ${base.origin} ended the connection`, { cause });
      }
      if (unfinished) throw foreign(base);
    },
  };
}

/** Reads a whole body, up to `maxBytes`. */
export async function readBody(response: IncomingMessage, maxBytes = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Failure(EXIT.unreachable, 'the node ended the connection in the middle of its answer', { cause });
  }
  return Buffer.concat(chunks);
}

/** What an answer of 400 and above says, as a `Failure` whose exit code scripts can trust. */
export async function readFailure(response: IncomingMessage): Promise<Failure> {
  const body = await readBody(response, MAX_FAILURE_BYTES);
  return failureOf(response.statusCode ?? 500, parsed(body.toString('utf8')));
}

/** A problem document (RFC 9457, or an error event of a stream) as a `Failure`. */
export function failureOf(status: number, body: unknown): Failure {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const detail = problem.detail ?? problem.message ?? problem.title;
  const told = withListCommand(typeof detail === 'string' ? detail : `the node answered with status ${status}`);
  const faults = faultsOf(problem);
  const exitCode: ExitCode =
    status === 404 || problem.code === 'not_found' ? EXIT.notFound : faults.length > 0 ? EXIT.usage : EXIT.refused;
  const hint =
    status === 401
      ? 'log in with: fob login        or give a token with --token or FOB_TOKEN'
      : faults.length > 1
        ? faults.slice(1).join('\n')
        : told.hint;
  // Whoever types a command has sent no body: what is wrong has a name.
  const message =
    faults.length === 0
      ? told.message
      : told.message.replace(PLACE, (_, part: string, field?: string) =>
          field === undefined ? 'what was given' : part === 'path' ? `the ${field}` : field,
        );
  return new Failure(exitCode, message, { body, ...(hint !== undefined && { hint }) });
}

/** Of values that were refused for their shape: what is wrong, one text each. */
function faultsOf({ code, faults }: Record<string, unknown>): string[] {
  if (code !== 'invalid_request' || !Array.isArray(faults)) return [];
  return faults.map((fault: { path?: unknown; message?: unknown }) => {
    const { path, message } = fault ?? {};
    return `${typeof path === 'string' && path !== '' ? path : 'what was given'} ${String(message)}`;
  });
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Failure(EXIT.usage, `"${text}" is no URL of a node: write it like ${DEFAULT_URL}`);
  }
  return url;
}

function unreachable(base: URL, cause: Error): Failure {
  if (cause.name === 'AbortError') return new Failure(EXIT.interrupted, 'interrupted', { cause });
  const code = (cause as NodeJS.ErrnoException).code ?? cause.message;
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new Failure(EXIT.unreachable, `the node at ${base.origin} ended the connection (${code})`, { cause });
  }
  const why = code === 'ECONNREFUSED' ? '' : ` (${code})`;
  return new Failure(EXIT.unreachable, `no node answers at ${base.origin}${why}`, {
    hint: 'start one with: ./fob up        or name another with --url or FOB_URL',
    cause,
  });
}

function noOperator(url: string, cause: Error): Failure {
  if (cause.name === 'AbortError') return new Failure(EXIT.interrupted, 'interrupted', { cause });
  const folder = url.slice(UNIX.length);
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EACCES') {
    return new Failure(EXIT.refused, `only the owner of ${folder} and root may do this`, { cause });
  }
  return new Failure(EXIT.unreachable, `no node runs on the data folder ${folder}`, {
    hint: `start it with: ./fob up --data ${folder}`,
    cause,
  });
}

function parseJson(text: string, base: URL): unknown {
  const value = parsed(text);
  if (value === undefined) throw foreign(base);
  return value;
}

function foreign(base: URL): Failure {
  return new Failure(EXIT.refused, `what answers at ${base.origin} does not speak the API of fob`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
