import type { AliasDocument, StoredAlias } from '../model/alias.ts';
import {
  completeConfig,
  type FunctionDocument,
  type FunctionVersion,
  newestVersion,
  type StoredFunction,
} from '../model/function.ts';
import { noFunction } from '../model/no-function.ts';
import { Problem } from '../model/problem.ts';
import { isUnderWay } from '../model/release.ts';
import { LATEST, meansLatest, parseTarget, versionNumber } from '../model/target.ts';
import type { Change, Registry } from '../store/registry.ts';
import { ALIAS_PREFIX, noAlias } from './documents/alias-documents.ts';
import { FUNCTION_PREFIX } from './documents/function-documents.ts';
import { noVersion, readVersion, VERSION_PREFIX, type VersionDocument } from './documents/version-documents.ts';
import { Choice, Route, Servable, type Sticky } from './release/route.ts';

/** Most versions that are held because they were called by number. */
const MAX_NUMBERED = 1_000;

/** What hears of the catalog's changes. */
interface CatalogListener {
  /** Nothing names this version any more. */
  onUnnamed(servable: Servable): void;
  /** A function is gone, and with it all of its versions. */
  onGone(name: string): void;
}

interface CatalogOptions {
  readonly registry: Registry;
  /** From 0 to less than 1; deals out calls of weighted aliases. */
  readonly random?: () => number;
}

/** A function in memory. */
interface Held {
  stored: StoredFunction;
  serving: Servable;
  readonly aliases: Map<string, HeldAlias>;
  /** Versions that were called by number. */
  readonly numbered: Map<number, Servable>;
}

interface HeldAlias {
  readonly route: Route;
  /** What it names, and what a release by it may have to go back to at once. */
  readonly servables: readonly Servable[];
}

/**
 * All functions and aliases in memory, and what each name that can be called leads to, kept fresh by the registry's watch: the
 * invoke path never asks the store. Of versions, only those are here that serve, that an alias names, or that were called by
 * their number; one that is called so for the first time is loaded.
 */
export class Catalog {
  private readonly registry: Registry;
  private readonly random: () => number;
  private readonly listener: CatalogListener;
  private readonly byName = new Map<string, Held>();
  private readonly byId = new Map<string, Held>();
  /** By everything that a call can name and that is here: `hello`, its id, `hello:prod`, `hello:3` … */
  private readonly routes = new Map<string, Route>();
  /** Documents of aliases by function and name, whether the function is there (yet) or not. */
  private readonly aliasDocuments = new Map<string, Map<string, StoredAlias>>();
  /** Targets by number, the one loaded first at the front. */
  private readonly numbered = new Map<string, { held: Held; version: number }>();
  private readonly loading = new Map<string, Promise<void>>();
  private readonly linking = new Set<Promise<void>>();
  private readonly aliasWatchers = new Set<(name: string, alias: string) => void>();
  private stopWatching: () => void = () => {};

  /** Reads all functions and aliases, and follows their changes. */
  static async open(options: CatalogOptions, listener: CatalogListener): Promise<Catalog> {
    const catalog = new Catalog(options, listener);
    const { registry } = options;
    // Watch first, then list: a change in between is seen twice rather than not at all.
    const watches = [
      registry.watch(FUNCTION_PREFIX, (change) => catalog.functionChanged(change)),
      registry.watch(ALIAS_PREFIX, (change) => catalog.aliasChanged(change)),
      registry.watch(VERSION_PREFIX, (change) => catalog.versionChanged(change)),
    ];
    catalog.stopWatching = () => {
      for (const stop of watches) stop();
    };
    for (const { value, revision, key } of await registry.list<FunctionDocument>(FUNCTION_PREFIX))
      catalog.functionChanged({ kind: 'put', key, value, revision });
    for (const { value, revision, key } of await registry.list<AliasDocument>(ALIAS_PREFIX))
      catalog.aliasChanged({ kind: 'put', key, value, revision });
    await catalog.settled();
    return catalog;
  }

  private constructor({ registry, random = Math.random }: CatalogOptions, listener: CatalogListener) {
    this.registry = registry;
    this.random = random;
    this.listener = listener;
  }

  /** The version for a call; `undefined` where its target leads to nothing that is here (see `load`). */
  choose(target: string, request: Sticky): Choice | undefined {
    const route = this.routes.get(target);
    if (route === undefined) return undefined;
    return route.second === undefined ? route.first : route.choose(request);
  }

  /** The function of a target, whatever its qualifier. */
  find(target: string): StoredFunction | undefined {
    return this.held(target)?.stored;
  }

  /** In name order. */
  list(): StoredFunction[] {
    return [...this.byName.values()]
      .map(({ stored }) => stored)
      .sort((a, b) => (a.document.name < b.document.name ? -1 : 1));
  }

  /** Aliases of a function in the order of their names. */
  aliases(name: string): StoredAlias[] {
    const id = this.byName.get(name)?.stored.document.id;
    return [...(this.aliasDocuments.get(name)?.values() ?? [])]
      .filter(({ document }) => document.functionId === id)
      .sort((a, b) => (a.document.name < b.document.name ? -1 : 1));
  }

  /** All aliases of all functions. */
  allAliases(): StoredAlias[] {
    return [...this.byName.keys()].flatMap((name) => this.aliases(name));
  }

  /** Hears of each alias that is there, moved or removed, once calls by it go where it says; the returned function ends it. */
  watchAliases(onChange: (name: string, alias: string) => void): () => void {
    this.aliasWatchers.add(onChange);
    return () => this.aliasWatchers.delete(onChange);
  }

  /**
   * Throws `not_found` where a target leads to nothing: no function, no alias, or a number that was never given. Whether a
   * version of a lower number is still kept only `load` finds out.
   */
  check(target: string): void {
    const { function: name, qualifier } = parseTarget(target);
    const held = this.held(target);
    if (held === undefined) throw noFunction(name);
    if (qualifier === undefined || meansLatest(qualifier)) return;
    const { document } = held.stored;
    const version = versionNumber(qualifier);
    if (version !== undefined) {
      if (version > newestVersion(document)) throw noVersion(document.name, version);
    } else if (!this.aliases(document.name).some((alias) => alias.document.name === qualifier)) {
      throw noAlias(document.name, qualifier);
    }
  }

  /** Makes that `choose` finds what a target means. Rejects with `not_found` where that is nothing. */
  load(target: string): Promise<void> {
    const known = this.loading.get(target);
    if (known !== undefined) return known;
    const work = this.loadNow(target).finally(() => this.loading.delete(target));
    this.loading.set(target, work);
    return work;
  }

  /** Resolves when calls by aliases go where those say that were moved before. */
  async settled(): Promise<void> {
    while (this.linking.size > 0) await Promise.all(this.linking);
  }

  /** Everything that could be called now without loading it. */
  *servables(): Iterable<Servable> {
    for (const held of this.byName.values()) yield* namedBy(held);
  }

  close(): void {
    this.stopWatching();
    this.aliasWatchers.clear();
  }

  private held(target: string): Held | undefined {
    const { function: name } = parseTarget(target);
    return this.byName.get(name) ?? this.byId.get(name);
  }

  private async loadNow(target: string): Promise<void> {
    this.check(target);
    const { qualifier } = parseTarget(target);
    const held = this.held(target)!;
    if (qualifier === undefined || meansLatest(qualifier)) return;
    const version = versionNumber(qualifier);
    if (version === undefined) {
      await this.settled();
      if (!this.routes.has(target)) throw gone(held.stored.document.name, qualifier);
      return;
    }
    const servable = await this.servable(held, version);
    if (servable === undefined) throw noVersion(held.stored.document.name, version);
    if (this.held(target) !== held) return this.loadNow(target);
    this.keepNumbered(held, version, servable);
  }

  /** A version as it is held, or read from the registry; `undefined` where there is none. */
  private async servable(held: Held, version: number): Promise<Servable | undefined> {
    const known = heldVersion(held, version);
    if (known !== undefined) return known;
    const { id, name, functionCreatedAt } = held.stored.document;
    const stored = await readVersion(this.registry, held.stored.document, version);
    if (stored === undefined) return undefined;
    const { createdAt, config, code, origin } = stored.document;
    const document = { id, name, functionCreatedAt, version, createdAt, config, code };
    // Meanwhile somebody else may have read it too: one version has one pool of sandboxes.
    return heldVersion(held, version) ?? new Servable({ ...document, ...(origin !== undefined && { origin }) });
  }

  private keepNumbered(held: Held, version: number, servable: Servable): void {
    const { id, name } = held.stored.document;
    held.numbered.set(version, servable);
    this.numbered.set(`${name}:${version}`, { held, version });
    const route = new Route(new Choice(servable, undefined));
    for (const each of [name, id]) this.routes.set(`${each}:${version}`, route);
    if (this.numbered.size <= MAX_NUMBERED) return;
    const entries = [...this.numbered.values()];
    const idle = entries.find((entry) => entry.held.numbered.get(entry.version)?.pool?.empty ?? true);
    const { held: whose, version: which } = idle ?? entries[0]!;
    this.forgetNumbered(whose, which);
  }

  private forgetNumbered(held: Held, version: number): void {
    const { id, name } = held.stored.document;
    this.change(held, () => held.numbered.delete(version));
    this.numbered.delete(`${name}:${version}`);
    for (const each of [name, id]) this.routes.delete(`${each}:${version}`);
  }

  private functionChanged(change: Change): void {
    const name = change.key.slice(FUNCTION_PREFIX.length);
    const held = this.byName.get(name);
    if (held !== undefined && change.revision <= held.stored.revision) return;
    if (change.kind === 'delete') {
      if (held !== undefined) this.drop(held);
      return;
    }
    const stored = { document: completed(change.value as FunctionDocument), revision: change.revision };
    if (held !== undefined && held.stored.document.id === stored.document.id) {
      this.serve(held, stored);
      return;
    }
    if (held !== undefined) this.drop(held);
    const serving = new Servable(stored.document);
    const fresh: Held = { stored, serving, aliases: new Map(), numbered: new Map() };
    this.byName.set(name, fresh);
    this.byId.set(stored.document.id, fresh);
    this.routeServing(fresh);
    for (const alias of this.aliasDocuments.get(name)?.keys() ?? []) this.link(name, alias);
  }

  /** Another version serves, or the same one still. */
  private serve(held: Held, stored: StoredFunction): void {
    const { document } = stored;
    const same = [...namedBy(held)].find((servable) => isSameVersion(servable.document, document));
    if (same === undefined) this.purge(held, document.version);
    this.change(held, () => {
      held.stored = stored;
      held.serving = same ?? new Servable(document);
    });
    this.routeServing(held);
  }

  /** Lets go of a version whose number means another one now, as after a backup was restored. */
  private purge(held: Held, version: number): void {
    if (heldVersion(held, version) === undefined) return;
    const { name } = held.stored.document;
    this.forgetNumbered(held, version);
    for (const [alias, { servables }] of held.aliases) {
      if (!servables.some((servable) => servable.document.version === version)) continue;
      this.unlink(name, alias);
      this.link(name, alias);
    }
  }

  private routeServing(held: Held): void {
    const { id, name } = held.stored.document;
    const route = new Route(new Choice(held.serving, undefined));
    for (const each of [name, id]) {
      for (const target of [each, `${each}:${LATEST}`, `${each}:$${LATEST}`]) this.routes.set(target, route);
    }
  }

  private drop(held: Held): void {
    const { id, name } = held.stored.document;
    this.byName.delete(name);
    this.byId.delete(id);
    for (const each of [name, id]) {
      for (const target of [each, `${each}:${LATEST}`, `${each}:$${LATEST}`]) this.routes.delete(target);
      for (const alias of held.aliases.keys()) this.routes.delete(`${each}:${alias}`);
    }
    for (const version of [...held.numbered.keys()]) this.forgetNumbered(held, version);
    for (const servable of namedBy(held)) this.listener.onUnnamed(servable);
    this.listener.onGone(name);
    this.tellWatchers(name, [...held.aliases.keys()]);
  }

  private aliasChanged(change: Change): void {
    const [name = '', alias = ''] = change.key.slice(ALIAS_PREFIX.length).split('/');
    const documents = this.aliasDocuments.get(name) ?? new Map<string, StoredAlias>();
    if (change.revision <= (documents.get(alias)?.revision ?? 0)) return;
    this.aliasDocuments.set(name, documents);
    if (change.kind === 'put')
      documents.set(alias, { document: change.value as AliasDocument, revision: change.revision });
    else documents.delete(alias);
    if (documents.size === 0) this.aliasDocuments.delete(name);
    this.link(name, alias);
  }

  /** A version's document went, or is another one: what holds it because it was named lets go of it. */
  private versionChanged(change: Change): void {
    const [name = '', number] = change.key.slice(VERSION_PREFIX.length).split('/');
    const held = this.byName.get(name);
    if (held === undefined) return;
    const version = Number(number);
    if (change.kind === 'delete') {
      if (held.numbered.has(version)) this.forgetNumbered(held, version);
      return;
    }
    const known = heldVersion(held, version);
    if (known === undefined || known === held.serving) return;
    const document = change.value as VersionDocument;
    if (!isSameVersion(known.document, { ...document, config: completeConfig(document.config) }))
      this.purge(held, version);
  }

  /** Makes calls by an alias go where its document says. Until the versions are loaded, they go where they went. */
  private link(name: string, alias: string): void {
    const work = this.linkNow(name, alias)
      .catch(() => this.unlink(name, alias))
      .then(() => {
        this.linking.delete(work);
        this.tellWatchers(name, [alias]);
      });
    this.linking.add(work);
  }

  private async linkNow(name: string, alias: string): Promise<void> {
    const held = this.byName.get(name);
    const stored = this.aliasDocuments.get(name)?.get(alias);
    if (held === undefined || stored?.document.functionId !== held.stored.document.id) {
      this.unlink(name, alias);
      return;
    }
    const { versions, release, stickyBy } = stored.document;
    const wanted = new Set(versions.map(({ version }) => version));
    if (isUnderWay(release)) for (const version of [release.from, release.to]) wanted.add(version);
    const found = new Map<number, Servable>();
    for (const version of wanted) {
      const servable = await this.servable(held, version);
      if (servable !== undefined) found.set(version, servable);
    }
    // Somebody else has moved it, or the function, meanwhile: who did so links it.
    if (this.aliasDocuments.get(name)?.get(alias) !== stored || this.byName.get(name) !== held) return;
    const choices = versions.flatMap(({ version, weight }) => {
      const servable = heldVersion(held, version) ?? found.get(version);
      return servable === undefined ? [] : [{ choice: new Choice(servable, alias), weight }];
    });
    const [first, second] = choices;
    if (first === undefined) {
      this.unlink(name, alias);
      return;
    }
    const split = second && { second: second.choice, share: second.weight / 100, alias, stickyBy, random: this.random };
    const route = new Route(first.choice, split);
    const servables = [...new Set([...choices.map(({ choice }) => choice.servable), ...found.values()])];
    this.change(held, () => held.aliases.set(alias, { route, servables }));
    for (const each of [name, held.stored.document.id]) this.routes.set(`${each}:${alias}`, route);
  }

  private unlink(name: string, alias: string): void {
    const held = this.byName.get(name);
    if (held === undefined) return;
    this.change(held, () => held.aliases.delete(alias));
    for (const each of [name, held.stored.document.id]) this.routes.delete(`${each}:${alias}`);
  }

  /** Does something to what a function's names lead to; tells of versions that none of them leads to any more. */
  private change(held: Held, work: () => void): void {
    const before = new Set(namedBy(held));
    work();
    for (const servable of namedBy(held)) before.delete(servable);
    for (const servable of before) this.listener.onUnnamed(servable);
  }

  private tellWatchers(name: string, aliases: readonly string[]): void {
    for (const watcher of this.aliasWatchers) for (const alias of aliases) watcher(name, alias);
  }
}

function* namedBy(held: Held): Iterable<Servable> {
  yield held.serving;
  for (const { servables } of held.aliases.values()) yield* servables;
  yield* held.numbered.values();
}

function heldVersion(held: Held, version: number): Servable | undefined {
  for (const servable of namedBy(held)) if (servable.document.version === version) return servable;
  return undefined;
}

/** Whether two documents are of one version, and not of two that a restored backup gave the same number. */
function isSameVersion(a: FunctionVersion, b: FunctionVersion): boolean {
  return (
    a.version === b.version &&
    a.createdAt === b.createdAt &&
    a.code.treeDigest === b.code.treeDigest &&
    JSON.stringify(a.config) === JSON.stringify(b.config)
  );
}

function gone(name: string, alias: string): Problem {
  return new Problem(
    'not_found',
    `the version that the alias "${alias}" of "${name}" names is gone: move it to one that fob versions ${name} lists`,
  );
}

function completed(document: FunctionDocument): FunctionDocument {
  return { ...document, config: completeConfig(document.config) };
}
