import { defaultConfig, type FunctionDocument, type StoredFunction } from '../model/function.ts';
import type { Registry } from '../store/registry.ts';

/** Where function documents stand in the registry. */
export const FUNCTION_PREFIX = 'function/';

/** All functions in memory, by name and by id, kept fresh by the registry's watch: the invoke path never asks the store. */
export class Catalog {
  private readonly byKey = new Map<string, StoredFunction>();
  private readonly byName = new Map<string, StoredFunction>();
  private stopWatching: () => void = () => {};

  /** Reads all functions and follows their changes; `onChange` hears each new version (`current`) or removal. */
  static async open(
    registry: Registry,
    onChange: (name: string, current: StoredFunction | undefined) => void,
  ): Promise<Catalog> {
    const catalog = new Catalog();
    // Watch first, then list: a change in between is seen twice rather than not at all.
    catalog.stopWatching = registry.watch(FUNCTION_PREFIX, (change) => {
      const name = change.key.slice(FUNCTION_PREFIX.length);
      const current =
        change.kind === 'put'
          ? { document: completed(change.value as FunctionDocument), revision: change.revision }
          : undefined;
      if (current !== undefined && current.revision <= (catalog.byName.get(name)?.revision ?? 0)) return;
      catalog.set(name, current);
      onChange(name, current);
    });
    for (const { value, revision } of await registry.list<FunctionDocument>(FUNCTION_PREFIX)) {
      if (revision > (catalog.byName.get(value.name)?.revision ?? 0))
        catalog.set(value.name, { document: completed(value), revision });
    }
    return catalog;
  }

  find(nameOrId: string): StoredFunction | undefined {
    return this.byKey.get(nameOrId);
  }

  /** In name order. */
  list(): StoredFunction[] {
    return [...this.byName.values()].sort((a, b) => (a.document.name < b.document.name ? -1 : 1));
  }

  close(): void {
    this.stopWatching();
  }

  private set(name: string, current: StoredFunction | undefined): void {
    const previous = this.byName.get(name);
    if (previous !== undefined) {
      this.byKey.delete(previous.document.id);
      this.byKey.delete(name);
      this.byName.delete(name);
    }
    if (current === undefined) return;
    this.byKey.set(current.document.id, current);
    this.byKey.set(name, current);
    this.byName.set(name, current);
  }
}

/** A document that an older version of the platform wrote lacks the settings that came later: they have their defaults. */
function completed(document: FunctionDocument): FunctionDocument {
  const config = { ...defaultConfig(), ...document.config };
  // Before there were more rules, `none` let a function reach what it was granted.
  if (config.network === 'none' && config.grants.length > 0) config.network = 'services';
  return { ...document, config };
}
