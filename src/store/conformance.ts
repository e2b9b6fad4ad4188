import type { FakeClock } from '../model/testing/fake-clock.ts';

/** An adapter of a port, as that port's conformance suite drives it. */
export interface Adapter<P> {
  readonly name: string;
  /** A fresh, empty one. */
  create(clock: FakeClock): Promise<Opened<P>>;
  /** The same on storage that can be filled up; absent where this machine or adapter has none. */
  createSmall?: ((clock: FakeClock) => Promise<Opened<P> & Fillable>) | undefined;
}

export interface Opened<P> {
  readonly port: P;
  /** Closes it, opens what it kept, and returns that. The old one must not be used again. */
  reopen(): Promise<P>;
  /** Closes it and removes what it kept. */
  dispose(): Promise<void>;
}

export interface Fillable {
  /** Leaves no space on its storage, and gives the space back. */
  fill(): Promise<void>;
  free(): Promise<void>;
}
