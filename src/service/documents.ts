import type { Registry } from '../store/registry.ts';

interface Held<T> {
  /** Absent: it was removed. */
  readonly value: T | undefined;
  readonly revision: number;
}

/** The settings documents of one service by name, held in memory and kept fresh by the registry's watch. */
export class Documents<T> {
  private readonly registry: Registry;
  private readonly prefix: string;
  private readonly held = new Map<string, Held<T>>();
  private readonly unwatch: () => void;

  private constructor(registry: Registry, prefix: string) {
    this.registry = registry;
    this.prefix = prefix;
    this.unwatch = registry.watch(prefix, (change) => {
      const value = change.kind === 'put' ? (change.value as T) : undefined;
      this.take(change.key.slice(prefix.length), { value, revision: change.revision });
    });
  }

  /** `prefix` ends in `/`, such as `queue/`. */
  static async open<T>(registry: Registry, prefix: string): Promise<Documents<T>> {
    const documents = new Documents<T>(registry, prefix);
    for (const { key, value, revision } of await registry.list<T>(prefix))
      documents.take(key.slice(prefix.length), { value, revision });
    return documents;
  }

  find(name: string): T | undefined {
    return this.held.get(name)?.value;
  }

  /** In order of their names. */
  list(): [name: string, value: T][] {
    const present = [...this.held].flatMap(([name, { value }]): [string, T][] =>
      value === undefined ? [] : [[name, value]],
    );
    return present.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /**
   * Writes what `change` makes of the document as it stands (`undefined` where there is none), again where somebody else
   * wrote meanwhile. What `change` throws is passed on, and nothing is written.
   */
  async update(name: string, change: (current: T | undefined) => T): Promise<T> {
    for (;;) {
      const entry = await this.registry.get<T>(this.prefix + name);
      const value = change(entry?.value);
      try {
        const revision = await this.registry.put(this.prefix + name, value, entry?.revision ?? 0);
        this.take(name, { value, revision });
        return value;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'conflict') throw error;
      }
    }
  }

  /** False where there was none. */
  async remove(name: string): Promise<boolean> {
    const seen = this.held.get(name);
    const removed = await this.registry.delete(this.prefix + name);
    // The watch tells the revision of the removal; until it does, what was seen before counts as gone.
    if (seen !== undefined) this.take(name, { value: undefined, revision: seen.revision + 0.5 });
    return removed;
  }

  close(): void {
    this.unwatch();
  }

  private take(name: string, held: Held<T>): void {
    if (held.revision > (this.held.get(name)?.revision ?? 0)) this.held.set(name, held);
  }
}
