import { asGoing } from './going.ts';
import { ApiProblem } from './problem.ts';
import type { Api } from './types.gen.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** The paths that take a method. */
export type PathOf<M extends Method> = keyof Api extends infer K ? (K extends `${M} ${infer P}` ? P : never) : never;
type Operation<M extends Method, P extends string> = `${M} ${P}` extends keyof Api ? Api[`${M} ${P}`] : never;
/** What an operation answers. */
export type Answer<M extends Method, P extends string> = Operation<M, P> extends { answer: infer A } ? A : never;
type Part<O, K extends string> = O extends Record<K, infer V> ? V : undefined;

/** Beside what the API describes. */
interface Extra {
  readonly signal?: AbortSignal | undefined;
  /** Such as `If-Match`. */
  readonly headers?: Readonly<Record<string, string>>;
}

type WithPath<O> = Part<O, 'path'> extends undefined ? unknown : { readonly path: Part<O, 'path'> };
type WithQuery<O> =
  Part<O, 'query'> extends undefined
    ? unknown
    : Record<never, never> extends Part<O, 'query'>
      ? { readonly query?: Part<O, 'query'> }
      : { readonly query: Part<O, 'query'> };
type WithBody<O> = Part<O, 'body'> extends undefined ? unknown : { readonly body: Part<O, 'body'> | BodyInit };
/** What an operation is asked with. */
export type Asked<M extends Method, P extends string> = WithPath<Operation<M, P>> &
  WithQuery<Operation<M, P>> &
  WithBody<Operation<M, P>> &
  Extra;
/** Left out where nothing in it is demanded. */
export type Options<M extends Method, P extends string> =
  Record<never, never> extends Asked<M, P> ? [options?: Asked<M, P>] : [options: Asked<M, P>];

interface Loose extends Extra {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** A browser goes up by such a part of a path, however it is encoded. */
const LEADS_ELSEWHERE = /^[^?]*\/\.{1,2}(?:[/?]|$)/;

const unauthorized = new Set<() => void>();

/** Calls back whenever the node asks for a credential. Returns what ends that. */
export function onUnauthorized(callback: () => void): () => void {
  unauthorized.add(callback);
  return () => unauthorized.delete(callback);
}

/**
 * The URL of an operation, with its parameters in place. Slashes in them are encoded, too: who named an object `../../functions/pay`
 * does not lead its reader there.
 */
export function urlOf(template: string, path: Loose['path'] = {}, query: Loose['query'] = {}): string {
  const filled = template.replace(/\{([^}]+)\}/g, (_whole, name: string) =>
    encodeURIComponent(String(path[name] ?? '')),
  );
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const each of value) words.append(name, String(each));
    else if (value !== undefined && value !== '') words.append(name, String(value));
  }
  return words.size === 0 ? filled : `${filled}?${words}`;
}

/**
 * Asks the API for anything, and answers with the response itself: for streams and downloads. Throws `ApiProblem` for every
 * refusal, and for no answer at all.
 */
export async function request(method: string, url: string, { body, headers, signal }: Loose = {}): Promise<Response> {
  if (LEADS_ELSEWHERE.test(url)) {
    const detail = 'no browser asks for what is named . or .. alone: fob does, and every client of S3';
    throw new ApiProblem(400, { code: 'invalid_request', detail });
  }
  const isRaw =
    body === undefined ||
    typeof body === 'string' ||
    body instanceof Blob ||
    body instanceof FormData ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body);
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { Accept: 'application/json', ...(!isRaw && { 'Content-Type': 'application/json' }), ...headers },
      credentials: 'same-origin',
      ...(body !== undefined && { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    const detail = 'the node does not answer; the console tries again by itself';
    throw new ApiProblem(0, { code: 'unreachable', detail }, { cause });
  }
  if (response.ok) return response;
  const text = await response.text();
  if (response.status === 401 && !url.startsWith('/v1/session')) for (const tell of unauthorized) tell();
  throw new ApiProblem(response.status, documentOf(text));
}

function documentOf(text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null) return document as Record<string, unknown>;
  } catch {
    // A proxy on the way answers in HTML.
  }
  return {};
}

const spentMs = new Map<string, number>();

/** How many milliseconds the node has spent until now on what was asked by these paths, as its answers say. */
export function nodeSpentMs(templates: Iterable<string>): number {
  let sum = 0;
  for (const template of templates) sum += spentMs.get(template) ?? 0;
  return sum;
}

async function ask(method: Method, template: string, options: Loose = {}): Promise<unknown> {
  const url = urlOf(template, options.path, options.query);
  const send = () => request(method, url, options);
  const response = await (method === 'DELETE' ? asGoing(url, send) : send());
  const nodeMs = Number(/\bnode;dur=([\d.]+)/.exec(response.headers.get('server-timing') ?? '')?.[1] ?? 0);
  spentMs.set(template, (spentMs.get(template) ?? 0) + nodeMs);
  if (response.status === 204) return undefined;
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return isJson ? response.json() : response.text();
}

/**
 * The API, typed by its own description: `api.get('/v1/functions/{name}', { path: { name } })`. JSON bodies are given as values;
 * a `Blob`, `FormData` or string is sent as it is. Every refusal is an `ApiProblem`.
 */
export const api = {
  get: <P extends PathOf<'GET'>>(path: P, ...[options]: Options<'GET', P>) =>
    ask('GET', path, options as Loose) as Promise<Answer<'GET', P>>,
  post: <P extends PathOf<'POST'>>(path: P, ...[options]: Options<'POST', P>) =>
    ask('POST', path, options as Loose) as Promise<Answer<'POST', P>>,
  put: <P extends PathOf<'PUT'>>(path: P, ...[options]: Options<'PUT', P>) =>
    ask('PUT', path, options as Loose) as Promise<Answer<'PUT', P>>,
  patch: <P extends PathOf<'PATCH'>>(path: P, ...[options]: Options<'PATCH', P>) =>
    ask('PATCH', path, options as Loose) as Promise<Answer<'PATCH', P>>,
  delete: <P extends PathOf<'DELETE'>>(path: P, ...[options]: Options<'DELETE', P>) =>
    ask('DELETE', path, options as Loose) as Promise<Answer<'DELETE', P>>,
};
