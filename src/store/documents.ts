import { Problem } from '../model/problem.ts';
import type { Registry } from './registry.ts';

interface Held<T> {
  /** Absent: it was removed. */
  readonly value: T | undefined;
  readonly revision: number;
}

/** The documents of one kind by name, held in memory and kept fresh by the registry's watch. */
export class Documents<T> {
  private readonly registry: Registry;
  private readonly prefix: string;
  private readonly held = new Map<string, Held<T>>();
  private readonly onChange: (name: string) => void;
  private readonly unwatch: () => void;

  private constructor(registry: Registry, prefix: string, onChange: (name: string) => void) {
    this.registry = registry;
    this.prefix = prefix;
    this.onChange = onChange;
    this.unwatch = registry.watch(prefix, (change) => {
      const value = change.kind === 'put' ? (change.value as T) : undefined;
      this.take(change.key.slice(prefix.length), { value, revision: change.revision });
    });
  }

  /** `prefix` ends in `/`, such as `queue/`. `onChange` hears the name of each that is read, written or removed, by whomever. */
  static async open<T>(
    registry: Registry,
    prefix: string,
    onChange: (name: string) => void = () => {},
  ): Promise<Documents<T>> {
    const documents = new Documents<T>(registry, prefix, onChange);
    for (const { key, value, revision } of await registry.list<T>(prefix))
      documents.take(key.slice(prefix.length), { value, revision });
    return documents;
  }

  find(name: string): T | undefined {
    return this.held.get(name)?.value;
  }

  /** Where it stands, for a writer who has seen it; 0 where there is none. */
  revisionOf(name: string): number {
    const held = this.held.get(name);
    return held?.value === undefined ? 0 : held.revision;
  }

  get count(): number {
    let count = 0;
    for (const { value } of this.held.values()) if (value !== undefined) count++;
    return count;
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
   * wrote meanwhile. What `change` throws is passed on, and nothing is written. Rejects with `conflict` (details: `actualRevision`,
   * `current`) where it does not stand at `expectedRevision`; 0 demands that there is none.
   */
  async update(name: string, change: (current: T | undefined) => T, expectedRevision?: number): Promise<T> {
    for (;;) {
      const entry = await this.registry.get<T>(this.prefix + name);
      this.expect(name, expectedRevision, entry?.revision ?? 0);
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

  /** False where there was none. `expectedRevision` as in `update`. */
  async remove(name: string, expectedRevision?: number): Promise<boolean> {
    const seen = this.held.get(name);
    this.expect(name, expectedRevision);
    const removed = await this.registry.delete(this.prefix + name, expectedRevision);
    // The watch tells the revision of the removal; until it does, what was seen before counts as gone.
    if (seen !== undefined) this.take(name, { value: undefined, revision: seen.revision + 0.5 });
    return removed;
  }

  close(): void {
    this.unwatch();
  }

  /** Throws `conflict` as `update` rejects with it. */
  expect(name: string, expectedRevision: number | undefined, actualRevision = this.revisionOf(name)): void {
    if (expectedRevision === undefined || expectedRevision === actualRevision) return;
    const kind = this.prefix.slice(0, -1).replaceAll('-', ' ');
    const why =
      expectedRevision === 0
        ? `there is ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} "${name}" already`
        : actualRevision === 0
          ? `there is no ${kind} "${name}" any more`
          : `the ${kind} "${name}" is at revision ${actualRevision}, not ${expectedRevision}: look at it again and retry`;
    throw new Problem('conflict', why, { details: { name, expectedRevision, actualRevision } });
  }

  private take(name: string, held: Held<T>): void {
    if (held.revision <= (this.held.get(name)?.revision ?? 0)) return;
    this.held.set(name, held);
    this.onChange(name);
  }
}
