import { useRef } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { ifRevision } from './form-dialog.tsx';

interface SeenRevision {
  /** Notes that one is asked about it as it stands now. */
  readonly ask: () => void;
  /** Does something to it where it still stands as it was asked about; once that was refused, as it stands when it is tried again. */
  readonly act: <A>(change: (precondition: ReturnType<typeof ifRevision>) => Promise<A>) => Promise<A>;
}

/** For a question about something that others may change while it is open: by the revision that the page shows. */
export function useSeenRevision(revision: number | undefined): SeenRevision {
  const latest = useRef(revision);
  latest.current = revision;
  const seen = useRef<number>(undefined);
  return {
    ask: () => {
      seen.current = latest.current;
    },
    act: async (change) => {
      try {
        return await change(ifRevision(seen.current ?? latest.current));
      } catch (error) {
        if (error instanceof ApiProblem && error.code === 'precondition_failed') seen.current = undefined;
        throw error;
      }
    },
  };
}
