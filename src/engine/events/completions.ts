import type { DestinationRecord } from '../../model/shape/destination-record.ts';
import type { CommitPart } from '../../store/commit.ts';

/** How an event of a function came to its end. */
export interface Completion {
  /** One for each time that the event came to an end. */
  readonly id: string;
  readonly record: DestinationRecord;
  /** How many functions called one another until this event came to be. */
  readonly hops: number;
}

/** Prepares what is to be stored about an end within the commit that makes it true. Must not throw. */
export type CompletionListener = (completion: Completion) => { parts: CommitPart[]; committed(): void };

/** Where one hears how the events of functions end: with that end, or not at all. */
export interface Completed {
  /** The returned function ends it. */
  onCompletion(nameOfFunction: string, listener: CompletionListener): () => void;
}

/** Who listens to which function. Where nobody does, an end costs a look into a map. */
export class Completions implements Completed {
  private readonly listeners = new Map<string, Set<CompletionListener>>();

  onCompletion(nameOfFunction: string, listener: CompletionListener): () => void {
    const all = this.listeners.get(nameOfFunction) ?? new Set();
    this.listeners.set(nameOfFunction, all.add(listener));
    return () => {
      all.delete(listener);
      if (all.size === 0 && this.listeners.get(nameOfFunction) === all) this.listeners.delete(nameOfFunction);
    };
  }

  /** What all listeners of a function want to be stored; `make` is asked only where there are any. */
  prepare(nameOfFunction: string, make: () => Completion): { parts: CommitPart[]; committed(): void } {
    const listeners = this.listeners.get(nameOfFunction);
    if (listeners === undefined) return { parts: [], committed: () => {} };
    const completion = make();
    const prepared = [...listeners].map((listener) => listener(completion));
    return {
      parts: prepared.flatMap(({ parts }) => parts),
      committed() {
        for (const each of prepared) each.committed();
      },
    };
  }
}
