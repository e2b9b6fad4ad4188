import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../model/problem.ts';

/**
 * The revision that a request demands (`If-Match: "<revision>"`; `If-None-Match: *` demands that there is none, as 0);
 * `undefined` where it takes any. Throws `precondition_failed` for `If-Match: *` on a function that does not exist.
 */
export function demandedRevision(
  headers: IncomingHttpHeaders,
  functions: { find(name: string): { readonly revision: number } | undefined },
  name: string,
): number | undefined {
  const stated = statedRevision(headers, 'the function');
  if (stated !== 'existing') return stated;
  const stored = functions.find(name);
  if (stored === undefined) throw new Problem('precondition_failed', `there is no function "${name}"`);
  return stored.revision;
}

/** The ETag of a revision. */
export function etag(revision: number): string {
  return `"${revision}"`;
}

/** What the headers say by themselves: a revision, 0 for none at all, any existing one, or nothing. */
export function statedRevision(headers: IncomingHttpHeaders, what: string): number | 'existing' | undefined {
  const none = headers['if-none-match'];
  if (none !== undefined && headers['if-match'] !== undefined) {
    throw new Problem(
      'invalid_request',
      `If-Match demands that ${what} exists, If-None-Match that it does not: send one`,
    );
  }
  if (none !== undefined) {
    if (none.trim() === '*') return 0;
    throw new Problem('invalid_request', `If-None-Match takes only *, which demands that ${what} does not exist`);
  }
  const match = headers['if-match']?.trim();
  if (match === undefined) return undefined;
  if (match === '*') return 'existing';
  const revision = /^"(\d{1,15})"$/.exec(match)?.[1];
  if (revision === undefined || revision === '0') {
    throw new Problem('invalid_request', 'If-Match takes the ETag of an answer, such as "42" with its quotes, or *');
  }
  return Number(revision);
}

/** What two people may change at once. Nothing of it is secret: a refusal shows it. */
export interface Contested {
  /** Such as `queue "jobs"`. */
  readonly what: string;
  /** How it stands, as a GET shows it; `undefined` where there is none. */
  readonly stands: () => Standing | undefined | Promise<Standing | undefined>;
  /** What it was to be, where that is not the body of the request as it is. */
  readonly given?: unknown;
}

type Standing = object & { readonly revision: number };

/** What a route that changes something says of `If-Match`, for its description. */
export const IF_MATCH =
  '`If-Match: "<revision>"` only changes what you have seen, and is answered with 412 where somebody else was faster: `current` as it stands, `given` as it was to be.';

/**
 * Makes a change under the precondition that the request's headers state, whose revision `change` gets (0: there must be none;
 * `undefined`: any). Rejects with `precondition_failed`, which shows both states, where somebody else was faster.
 */
export async function changeSeen<T>(
  request: Pick<FastifyRequest, 'headers' | 'body'>,
  contested: Contested,
  change: (expectedRevision: number | undefined) => Promise<T>,
): Promise<T> {
  const { what, stands, given = request.body ?? null } = contested;
  const stated = statedRevision(request.headers, `the ${what}`);
  const expected = stated === 'existing' ? (await stands())?.revision : stated;
  if (stated === 'existing' && expected === undefined) {
    throw new Problem('precondition_failed', `there is no ${what}`);
  }
  return underPrecondition(
    expected,
    () => change(expected),
    async () => ({ current: (await stands()) ?? null, given }),
  );
}

/**
 * Under a precondition, somebody else's change is that precondition failing; other conflicts stay what they are. `both` shows
 * the two changes side by side: what stands there now, and what was given.
 */
export async function underPrecondition<T>(
  expected: number | undefined,
  change: () => Promise<T>,
  both: () => object | Promise<object> = () => ({}),
): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (expected === undefined || !isOfRevision(error)) throw error;
    throw new Problem('precondition_failed', error.message, {
      cause: error,
      details: { ...error.details, ...(await both()) },
    });
  }
}

/** Whether a change was refused because its thing does not stand where its writer has seen it. */
function isOfRevision(error: unknown): error is Problem {
  if (!(error instanceof Problem)) return false;
  return (
    error.code === 'precondition_failed' || (error.code === 'conflict' && error.details?.expectedRevision !== undefined)
  );
}
