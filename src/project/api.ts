/** A node's native API, as whoever applies a project file calls it: over HTTP, or from within the node. */
export interface ProjectApi {
  /** The answer as JSON; rejects with an error whose `body` is the problem document where the node refuses. */
  json<T>(
    method: string,
    path: string,
    options?: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
    },
  ): Promise<T>;
  /** The answer as it is. */
  text(method: string, path: string): Promise<string>;
  /** The answer as one JSON value a line, as they come. */
  lines<T>(
    method: string,
    path: string,
    options?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: Uint8Array },
  ): AsyncIterable<T>;
}

/** A problem document, as far as it matters here. */
export interface ProblemBody {
  readonly code?: string;
  readonly status?: number;
  readonly detail?: string;
  /** What a build printed. */
  readonly log?: string;
  readonly [detail: string]: unknown;
}

/** Why a node refused; rejects with it pass through as they are. */
export function problemOf(error: unknown): ProblemBody | undefined {
  const body = (error as { body?: unknown } | null)?.body;
  return typeof body === 'object' && body !== null ? (body as ProblemBody) : undefined;
}

/** What a path of the API answers, or `undefined` where there is nothing of that name. */
export async function findJson<T>(api: ProjectApi, path: string): Promise<T | undefined> {
  try {
    return await api.json<T>('GET', path);
  } catch (error) {
    if (problemOf(error)?.code === 'not_found') return undefined;
    throw error;
  }
}

/** Sends a JSON document. */
export function sendDocument<T>(
  api: ProjectApi,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  return api.json<T>(method, path, {
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  });
}

/** The headers that demand that a thing stands as it was seen: at a revision, or (0) not at all. */
export function demand(revision: number | undefined): Record<string, string> {
  if (revision === undefined) return {};
  return revision === 0 ? { 'if-none-match': '*' } : { 'if-match': `"${revision}"` };
}
