import { Problem } from '../../model/problem.ts';

/** Throws `conflict` where something does not stand at the revision that a caller expects; 0 stands for its absence. */
export function expectRevision(key: string, expectedRevision: number | undefined, actualRevision: number): void {
  if (expectedRevision === undefined || expectedRevision === actualRevision) return;
  const actual = actualRevision === 0 ? 'is absent' : `is at revision ${actualRevision}`;
  const expected = expectedRevision === 0 ? 'to be absent' : `at revision ${expectedRevision}`;
  throw new Problem(
    'conflict',
    `'${key}' ${actual}, but was expected ${expected}; read it again and repeat the change`,
    {
      details: { key, expectedRevision, actualRevision },
    },
  );
}
