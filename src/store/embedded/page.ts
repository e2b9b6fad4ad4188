import { Problem } from '../../model/problem.ts';

const MAX_LIMIT = 1_000;

/** A page's limit; `invalid_request` where it is none. */
export function validLimit(limit: number, most: number = MAX_LIMIT): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new Problem('invalid_request', `the limit is ${limit}, but must be a whole number from 1 to ${most}`);
}

export function notACursor(cursor: string): Problem {
  return new Problem('invalid_request', `'${cursor}' is no cursor; pass the one that the page before gave`);
}
