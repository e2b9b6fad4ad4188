/** Hears which things changed. It must be quick. */
export type Watcher = (names: ReadonlySet<string>) => void;

/**
 * Those who want to hear which of many things changed. They are told soon after, once for all changes of a moment, so that
 * a change costs its maker an entry in a set, and nothing where nobody watches.
 */
export class Watchers {
  private readonly watchers = new Set<Watcher>();
  private readonly onFailure: (error: unknown) => void;
  private names = new Set<string>();
  private telling = false;

  /** `onFailure` gets what a watcher throws, which keeps nothing from the others. */
  constructor(onFailure: (error: unknown) => void) {
    this.onFailure = onFailure;
  }

  /** The returned function ends it. */
  watch(onChange: Watcher): () => void {
    // Each call is a watch of its own, even of the same function.
    const watcher: Watcher = (names) => onChange(names);
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Something of this name changed. */
  changed(name: string): void {
    if (this.watchers.size === 0) return;
    this.names.add(name);
    if (this.telling) return;
    this.telling = true;
    setImmediate(() => this.tell());
  }

  /** Nobody hears of anything any more. */
  close(): void {
    this.watchers.clear();
  }

  private tell(): void {
    this.telling = false;
    const { names } = this;
    this.names = new Set();
    for (const watcher of this.watchers) {
      try {
        watcher(names);
      } catch (error) {
        this.onFailure(error);
      }
    }
  }
}

/** Hears of those whose names begin so, without that beginning. */
export function below(prefix: string, onChange: Watcher): Watcher {
  return (names) => {
    const found = new Set<string>();
    for (const name of names) if (name.startsWith(prefix)) found.add(name.slice(prefix.length));
    if (found.size > 0) onChange(found);
  };
}
