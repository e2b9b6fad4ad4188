import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../model/problem.ts';

/**
 * The revision that a request demands (`If-Match: "<revision>"`; `If-None-Match: *` demands that there is none, as 0);
 * `undefined` where it takes any. Throws `precondition_failed` for `If-Match: *` on a `what` (such as a function) that does not exist.
 */
export function demandedRevision(
  headers: IncomingHttpHeaders,
  all: { find(name: string): { readonly revision: number } | undefined },
  name: string,
  what = 'function',
): number | undefined {
  const stated = statedRevision(headers, 'the function');
  if (stated !== 'existing') return stated;
  const stored = all.find(name);
  if (stored === undefined) throw new Problem('precondition_failed', `there is no ${what} "${name}"`);
  return stored.revision;
}

/** What the headers say by themselves: a revision, 0 for none at all, any existing one, or nothing. */
export function statedRevision(headers: IncomingHttpHeaders, what: string): number | 'existing' | undefined {
  const none = headers['if-none-match'];
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

/**
 * Under a precondition, somebody else's change is that precondition failing. `both` shows the two changes side by side: what
 * stands there now, and what was given.
 */
export async function underPrecondition<T>(
  expected: number | undefined,
  change: () => Promise<T>,
  both?: () => { readonly current?: unknown; readonly given: unknown },
): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (expected === undefined || !(error instanceof Problem) || error.code !== 'conflict') throw error;
    throw new Problem('precondition_failed', error.message, {
      cause: error,
      details: { ...error.details, ...both?.() },
    });
  }
}
