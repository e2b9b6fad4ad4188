import { Problem } from '../model/problem.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Registry } from '../store/registry.ts';

const PREFIX = 'trigger/';

/** A trigger as the registry keeps it: secrets in its options are sealed. */
export interface StoredTrigger {
  readonly trigger: Trigger;
  readonly createdAt: string;
  /** When it was made, enabled, or its options were changed last, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
}

export interface TriggerEntry {
  readonly document: StoredTrigger;
  readonly revision: number;
}

/** The documents of all triggers, held in memory and kept fresh by the registry's watch. */
export class TriggerDocuments {
  private readonly registry: Registry;
  private readonly onChange: (name: string) => void;
  private readonly entries = new Map<string, TriggerEntry>();
  private readonly unwatch: () => void;

  /** `onChange` hears the name of each trigger that was made, changed or removed. */
  constructor(registry: Registry, onChange: (name: string) => void) {
    this.registry = registry;
    this.onChange = onChange;
    this.unwatch = registry.watch(PREFIX, (change) => {
      const name = change.key.slice(PREFIX.length);
      const document = change.kind === 'put' ? (change.value as StoredTrigger) : undefined;
      this.take(name, document, change.revision);
    });
  }

  /** Reads those that are there already; `onChange` hears of them too. */
  async load(): Promise<void> {
    for (const { key, value, revision } of await this.registry.list<StoredTrigger>(PREFIX))
      this.take(key.slice(PREFIX.length), value, revision);
  }

  find(name: string): TriggerEntry | undefined {
    return this.entries.get(name);
  }

  get count(): number {
    return this.entries.size;
  }

  /** In the order of their names. */
  list(): TriggerEntry[] {
    return [...this.entries.values()].sort((a, b) => (a.document.trigger.name < b.document.trigger.name ? -1 : 1));
  }

  /** Rejects with `conflict` where there is one of that name. */
  async create(document: StoredTrigger): Promise<TriggerEntry> {
    const { name } = document.trigger;
    try {
      const revision = await this.registry.put(PREFIX + name, document, 0);
      return { document, revision };
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.code !== 'conflict') throw cause;
      throw new Problem('conflict', `there is a trigger "${name}" already; change it, or choose another name`, {
        cause,
        details: { expectedRevision: 0, actualRevision: this.entries.get(name)?.revision ?? 0 },
      });
    }
  }

  /**
   * Writes what `change` makes of a trigger as it stands, again where somebody else wrote meanwhile. Rejects with
   * `not_found`, and with `precondition_failed` where it does not stand at `expectedRevision`.
   */
  async update(
    name: string,
    expectedRevision: number | undefined,
    change: (current: StoredTrigger) => Promise<StoredTrigger>,
  ): Promise<TriggerEntry> {
    for (;;) {
      const entry = await this.registry.get<StoredTrigger>(PREFIX + name);
      if (entry === undefined) throw absent(name);
      if (expectedRevision !== undefined && entry.revision !== expectedRevision) throw changed(name, entry.revision);
      const document = await change(entry.value);
      try {
        return { document, revision: await this.registry.put(PREFIX + name, document, entry.revision) };
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'conflict') throw error;
      }
    }
  }

  /** False where there was none. */
  async remove(name: string, expectedRevision?: number): Promise<boolean> {
    try {
      return await this.registry.delete(PREFIX + name, expectedRevision);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'conflict') throw error;
      throw changed(name, Number(error.details?.actualRevision ?? 0), error);
    }
  }

  close(): void {
    this.unwatch();
  }

  private take(name: string, document: StoredTrigger | undefined, revision: number): void {
    if (revision <= (this.entries.get(name)?.revision ?? 0)) return;
    if (document === undefined) this.entries.delete(name);
    else this.entries.set(name, { document, revision });
    this.onChange(name);
  }
}

export function absent(name: string): Problem {
  return new Problem('not_found', `there is no trigger "${name.slice(0, 100)}"; GET /v1/triggers lists them`);
}

function changed(name: string, revision: number, cause?: unknown): Problem {
  return new Problem(
    'precondition_failed',
    `the trigger "${name}" was changed meanwhile; it stands at ${revision} now`,
    {
      cause,
      details: { revision },
    },
  );
}
