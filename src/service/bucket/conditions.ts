import { Problem } from '../../model/problem.ts';
import type { Conditions } from './buckets.ts';

/** What conditions are about. */
interface State {
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** Checks what a reader demands; throws `precondition_failed` or `not_modified`, in the order of RFC 9110. */
export function checkRead({ etag, lastModifiedMs }: State, conditions: Conditions): void {
  const { ifMatch, ifNoneMatch, ifModifiedSinceMs, ifUnmodifiedSinceMs } = conditions;
  const modifiedMs = wholeSeconds(lastModifiedMs);
  if (ifMatch !== undefined) {
    if (!includes(ifMatch, etag)) throw failed('ifMatch', etag);
  } else if (ifUnmodifiedSinceMs !== undefined && modifiedMs > ifUnmodifiedSinceMs) {
    throw failed('ifUnmodifiedSince', etag);
  }
  const unchanged =
    ifNoneMatch !== undefined
      ? includes(ifNoneMatch, etag)
      : ifModifiedSinceMs !== undefined && modifiedMs <= ifModifiedSinceMs;
  if (unchanged) {
    throw new Problem('not_modified', 'the object has not changed', {
      details: { etag, lastModifiedMs },
    });
  }
}

/** `checkRead` for the source of a copy, where there is no answer that says "not modified". */
export function checkSource(state: State, conditions: Conditions): void {
  try {
    checkRead(state, conditions);
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_modified') throw failed('ifNoneMatch', state.etag);
    throw error;
  }
}

/** Checks what a writer demands of the object that is there now; throws `precondition_failed`, or `not_found` where there is none to match. */
export function checkWrite(current: State | undefined, conditions: Conditions): void {
  const { ifMatch, ifNoneMatch, ifUnmodifiedSinceMs } = conditions;
  if (current === undefined) {
    if (ifMatch === undefined) return;
    throw new Problem('not_found', 'there is no object that could match; leave out the condition to create it', {
      details: { what: 'object' },
    });
  }
  if (ifMatch !== undefined && !includes(ifMatch, current.etag)) throw failed('ifMatch', current.etag);
  if (ifNoneMatch !== undefined && includes(ifNoneMatch, current.etag)) throw failed('ifNoneMatch', current.etag);
  if (ifUnmodifiedSinceMs !== undefined && wholeSeconds(current.lastModifiedMs) > ifUnmodifiedSinceMs) {
    throw failed('ifUnmodifiedSince', current.etag);
  }
}

function includes(etags: readonly string[], etag: string): boolean {
  return etags.includes('*') || etags.includes(etag);
}

/** HTTP's dates have no fractions of a second. */
function wholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1_000) * 1_000;
}

function failed(condition: string, etag: string): Problem {
  return new Problem('precondition_failed', `the object is not as ${condition} demands: its ETag is "${etag}"`, {
    details: { condition },
  });
}
