import type { CommitPart } from './commit.ts';

/** What somebody wants to have within a commit that somebody else makes. */
export interface Prepared {
  readonly parts: readonly CommitPart[];
  /** To be called once the commit is on disk, and only then. */
  committed(): void;
}

export const NOTHING_PREPARED: Prepared = { parts: [], committed() {} };

/** All of it as one. */
export function together(all: readonly Prepared[]): Prepared {
  return {
    parts: all.flatMap(({ parts }) => parts),
    committed() {
      for (const each of all) each.committed();
    },
  };
}
