import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { asProblem, type Problem } from '../model/problem.ts';

/** A problem as a caller may see it; `reference` leads the node's operator to the log entry with the cause. */
export interface Failure {
  readonly problem: Problem;
  readonly reference?: string;
}

/** Any thrown value as what a caller may know of it. Faults of the platform are logged here with their cause, and only here. */
export function describeFailure(log: Logger, thrown: unknown): Failure {
  const problem = asProblem(thrown);
  if (problem.status < 500 || problem.code === 'unavailable') return { problem };
  const reference = randomUUID();
  log.error({ err: problem, reference }, 'a request failed');
  return { problem, reference };
}

/** Seconds after which a request that may succeed later is worth repeating; `undefined` where repeating is no use. */
function retryAfterSeconds(problem: Problem): number | undefined {
  if (!problem.retryable || (problem.status !== 429 && problem.status !== 503)) return undefined;
  const retryAfterMs = problem.details?.retryAfterMs;
  return typeof retryAfterMs === 'number' ? Math.max(1, Math.ceil(retryAfterMs / 1_000)) : 1;
}

/** The head of an answer about a problem, as alternating names and values. */
export function failureHeaders(problem: Problem, contentType: string): string[] {
  const headers = ['Content-Type', contentType];
  const retryAfter = retryAfterSeconds(problem);
  if (retryAfter !== undefined) headers.push('Retry-After', String(retryAfter));
  if (problem.code === 'unauthorized') headers.push('WWW-Authenticate', 'Bearer');
  if (problem.code === 'method_not_allowed') headers.push('Allow', String(problem.details?.allowed ?? ''));
  return headers;
}
