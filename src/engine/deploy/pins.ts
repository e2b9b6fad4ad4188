/** Digests that a deployment is about to refer to, so that a garbage collection at the same time leaves them alone. */
export class Pins {
  private readonly held = new Map<string, number>();
  private readonly collections = new Set<Set<string>>();

  /** Holds digests while `work` runs. */
  async during<T>(digests: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const digest of digests) {
      this.held.set(digest, (this.held.get(digest) ?? 0) + 1);
      for (const seen of this.collections) seen.add(digest);
    }
    try {
      return await work();
    } finally {
      for (const digest of digests) {
        const left = this.held.get(digest)! - 1;
        if (left === 0) this.held.delete(digest);
        else this.held.set(digest, left);
      }
    }
  }

  /** Runs a collection with the set, kept up to date, of all digests that were held at any moment since it began. */
  async whileCollecting<T>(collect: (pinned: ReadonlySet<string>) => Promise<T>): Promise<T> {
    const seen = new Set(this.held.keys());
    this.collections.add(seen);
    try {
      return await collect(seen);
    } finally {
      this.collections.delete(seen);
    }
  }
}
