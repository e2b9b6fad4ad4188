import type { AliasDocument, StoredAlias } from '../../model/alias.ts';
import type { Clock } from '../../model/clock.ts';
import type { FunctionDocument } from '../../model/function.ts';
import { noFunction } from '../../model/no-function.ts';
import { isUnderWay } from '../../model/release.ts';
import type { Registry } from '../../store/registry.ts';
import type { Catalog } from '../catalog.ts';
import { changeAlias, noAlias } from '../documents/alias-documents.ts';
import { readFunction } from '../documents/function-documents.ts';
import { keepReport } from '../documents/reports.ts';
import { keepVersion, noVersion, readVersion, type VersionDocument } from '../documents/version-documents.ts';
import type { ReleaseDriver } from './release-driver.ts';
import { type Act, endedRelease } from './release-steps.ts';

/** What operations on versions, aliases and releases work with. */
export interface ReleaseParts {
  readonly registry: Registry;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly driver: ReleaseDriver;
  /** The function as the registry has it. Rejects with `not_found`. */
  found(nameOrId: string): Promise<FunctionDocument>;
  /** The function as memory has it. Throws `not_found`. */
  known(nameOrId: string): FunctionDocument;
  /** An alias as memory has it. Throws `not_found`. */
  knownAlias(nameOrId: string, alias: string): StoredAlias;
  /** A version that is there: what serves has a document of its own from now on, too. Rejects with `not_found`. */
  kept(fn: FunctionDocument, version: number): Promise<VersionDocument>;
  actOf(by: string): Act;
  /** Moves an alias; calls go where it says when this resolves. */
  moveAlias(
    fn: FunctionDocument,
    alias: string,
    change: (current: StoredAlias | undefined) => AliasDocument | Promise<AliasDocument>,
  ): Promise<StoredAlias>;
  /** Ends a release by hand, with the numbers as they stand. */
  endNow(current: StoredAlias, state: 'aborted' | 'promoted', act: Act, why: string): AliasDocument;
  /** Keeps the report of the last release by an alias, where it has ended. */
  keepIfEnded(fn: FunctionDocument, alias: StoredAlias): Promise<void>;
}

export function releaseParts({
  registry,
  catalog,
  clock,
  driver,
}: Pick<ReleaseParts, 'registry' | 'catalog' | 'clock' | 'driver'>): ReleaseParts {
  const reportOf = ({ function: fn, name, release }: AliasDocument, why: string) => {
    const run = driver.run(fn, name);
    if (run !== undefined) return run.report(why);
    const none = { calls: 0, errors: 0, errorRate: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0 };
    return { why, old: { version: release!.from, ...none }, new: { version: release!.to, ...none } };
  };

  const known = (nameOrId: string): FunctionDocument => {
    const stored = catalog.find(nameOrId);
    if (stored === undefined) throw noFunction(nameOrId);
    return stored.document;
  };

  return {
    registry,
    catalog,
    clock,
    driver,

    async found(nameOrId) {
      const name = catalog.find(nameOrId)?.document.name ?? nameOrId;
      const stored = await readFunction(registry, name);
      if (stored === undefined) throw noFunction(nameOrId);
      return stored.document;
    },

    known,

    knownAlias(nameOrId, alias) {
      const fn = known(nameOrId);
      return presentAlias(
        fn,
        alias,
        catalog.aliases(fn.name).find(({ document }) => document.name === alias),
      );
    },

    async kept(fn, version) {
      const stored =
        version === fn.version ? await keepVersion(registry, fn) : await readVersion(registry, fn, version);
      if (stored === undefined) throw noVersion(fn.name, version);
      return stored.document;
    },

    actOf: (by) => ({ at: new Date(clock.now()).toISOString(), by }),

    async moveAlias(fn, alias, change) {
      const stored = await changeAlias(registry, fn, alias, change);
      await catalog.settled();
      return stored;
    },

    endNow(current, state, act, why) {
      const { document } = current;
      return endedRelease(current, document.release!, state, act, reportOf(document, why));
    },

    async keepIfEnded(fn, { document: { name, release } }) {
      if (release !== undefined && !isUnderWay(release)) await keepReport(registry, fn, name, release);
    },
  };
}

/** The alias as it stands. Throws `not_found`. */
export function presentAlias(fn: FunctionDocument, alias: string, current: StoredAlias | undefined): StoredAlias {
  if (current === undefined) throw noAlias(fn.name, alias);
  return current;
}
