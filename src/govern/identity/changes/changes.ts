import type { Clock } from '../../../model/clock.ts';
import { Problem } from '../../../model/problem.ts';
import type { Documents } from '../../../store/documents.ts';
import { BUILT_IN_ROLES } from '../built-in-roles.ts';
import type { Directory, State } from '../directory.ts';
import { assertNotLockedOut } from '../lockout.ts';

interface ChangesOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly wayBack: string;
}

/** What all changes of identity share: they are made one after the other, and none locks everybody out. */
export interface Changes extends ChangesOptions {
  serially<T>(work: () => Promise<T>): Promise<T>;
  /** Throws `conflict` where nobody could change users and roles after this. */
  assertStillOpen(change: (draft: Draft) => void, by: string | undefined): void;
}

/** A copy of what is, to be changed. */
export type Draft = {
  readonly [K in keyof State]: Map<string, State[K] extends ReadonlyMap<string, infer V> ? V : never>;
};

export function createChanges(options: ChangesOptions): Changes {
  const { directory, clock, wayBack } = options;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...options,
    serially(work) {
      const result = last.then(work, work);
      last = result.catch(() => {});
      return result;
    },
    assertStillOpen(change, by) {
      const before = directory.state();
      const after = directory.state() as Draft;
      change(after);
      assertNotLockedOut(before, after, clock.now(), { isOperator: by === undefined, wayBack });
    },
  };
}

/** Throws `not_found` for a role that neither the node nor anybody made. */
export function assertRolesExist(roles: readonly string[], { directory }: Changes): void {
  const missing = roles.find(
    (role) => !Object.hasOwn(BUILT_IN_ROLES, role) && directory.roles.find(role) === undefined,
  );
  if (missing === undefined) return;
  throw new Problem('not_found', `there is no role "${missing}"; GET /v1/roles lists them`);
}

/** Throws `conflict` where a name is, but for its case, that of another user or team: owners of functions are told apart by it. */
export function assertNameFree(name: string, kind: 'user' | 'team', { directory }: Changes): void {
  const same = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
  if (['operator', 'anonymous', 'fob', 'administrator'].some(same)) {
    throw new Problem('conflict', `"${name}" is a word of the platform; choose another name`);
  }
  const taken =
    directory.users.list().find(([other]) => same(other) && (kind === 'team' || other !== name)) ??
    directory.teams.list().find(([other]) => same(other) && (kind === 'user' || other !== name));
  if (taken === undefined) return;
  throw new Problem(
    'conflict',
    `there is a user or team "${taken[0]}" already; both stand for owners, so choose another name`,
  );
}

/** Throws `conflict` with what stands there now, where it is not what the writer has seen. */
export function assertSeen<T>(
  documents: Documents<T>,
  kind: string,
  name: string,
  expected: number | undefined,
  viewOf: (name: string) => unknown,
): void {
  const actual = documents.revisionOf(name);
  if (expected === undefined || expected === actual) return;
  const why =
    expected === 0
      ? `there is a ${kind} "${name}" already`
      : actual === 0
        ? `there is no ${kind} "${name}" any more`
        : `the ${kind} "${name}" was changed meanwhile: it is at revision ${actual}, not ${expected}`;
  throw new Problem('conflict', why, {
    details: { expectedRevision: expected, actualRevision: actual, ...(actual > 0 && { current: viewOf(name) }) },
  });
}

export function assertCount(count: number, most: number, what: string): void {
  if (count < most) return;
  throw new Problem('invalid_request', `there are ${most} ${what} already; remove some first`);
}

export function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
