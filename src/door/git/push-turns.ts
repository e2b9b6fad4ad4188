/** A place in the queue of one repository. */
export interface PushTurn {
  /** Resolves when every push before has ended. */
  readonly come: Promise<void>;
  /** Lets the next one go on. */
  end(): void;
}

/** Pushes that deploy, of each repository one after the other: from the look at the branch to its move, so that both say the same. */
export class PushTurns {
  private readonly last = new Map<string, Promise<void>>();

  take(repositoryId: string): PushTurn {
    const come = this.last.get(repositoryId) ?? Promise.resolve();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const both = come.then(() => ended);
    this.last.set(repositoryId, both);
    void both.then(() => {
      if (this.last.get(repositoryId) === both) this.last.delete(repositoryId);
    });
    return { come, end };
  }
}
