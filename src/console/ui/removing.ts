import { useState } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { ifRevision } from './form-dialog.tsx';

interface Listed {
  readonly revision?: number;
}

interface RemovingSettings<T extends Listed> {
  /** Whether both are the same thing, as it stood at different times. */
  readonly isSame: (one: T, other: T) => boolean;
  /** What there is now. */
  readonly reload: () => Promise<readonly T[] | undefined>;
}

/**
 * For a list: which of its things one is asked about to be removed, as it was seen. Once that was refused because somebody changed it,
 * it is removed as it stands then when one tries again.
 */
export function useRemoving<T extends Listed>({ isSame, reload }: RemovingSettings<T>) {
  const [asked, setAsked] = useState<T>();
  return {
    asked,
    ask: (thing: T) => setAsked(thing),
    close: () => setAsked(undefined),
    remove: async (change: (thing: T, precondition: ReturnType<typeof ifRevision>) => Promise<unknown>) => {
      const thing = asked!;
      try {
        await change(thing, ifRevision(thing.revision));
      } catch (error) {
        if (error instanceof ApiProblem && error.code === 'precondition_failed') {
          const now = (await reload())?.find((each) => isSame(each, thing));
          if (now !== undefined) setAsked((before) => (before === thing ? now : before));
        }
        throw error;
      }
    },
  };
}
