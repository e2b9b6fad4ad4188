import type { DestinationRecord } from '../../model/shape/destination-record.ts';
import type { TraceContext } from '../../model/trace.ts';
import { NOTHING_PREPARED, type Prepared, together } from '../../store/prepared.ts';

/** How an event of a function came to its end. */
export interface Completion {
  /** One for each time that the event came to an end. */
  readonly id: string;
  readonly record: DestinationRecord;
  /** How many functions called one another until this event came to be. */
  readonly hops: number;
  /** The context of what the end causes. */
  readonly trace: TraceContext;
}

/** Prepares what is to be stored about an end within the commit that makes it true. Must not throw. */
type CompletionListener = (completion: Completion) => Prepared;

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
  prepare(nameOfFunction: string, make: () => Completion): Prepared {
    const listeners = this.listeners.get(nameOfFunction);
    if (listeners === undefined) return NOTHING_PREPARED;
    const completion = make();
    return together([...listeners].map((listener) => listener(completion)));
  }
}
