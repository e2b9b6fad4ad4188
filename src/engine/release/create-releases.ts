import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type AliasDocument, checkedShares, type StoredAlias, sharesText, wholeVersion } from '../../model/alias.ts';
import type { Clock } from '../../model/clock.ts';
import { backTo, predecessor } from '../../model/earlier-versions.ts';
import { type FunctionDocument, newestVersion } from '../../model/function.ts';
import { compileValuePath } from '../../model/mapping.ts';
import { Problem } from '../../model/problem.ts';
import { isUnderWay, RELEASE_LIMITS } from '../../model/release.ts';
import type { Blobs } from '../../store/blobs.ts';
import type { Registry } from '../../store/registry.ts';
import type { Catalog } from '../catalog.ts';
import { readFunction, serveAgain } from '../deploy/commit.ts';
import { aliasKey, changeAlias, noAlias, readAlias } from './alias-documents.ts';
import { checkAliasRevision } from './conflict.ts';
import { diffVersions } from './diff.ts';
import { type OnActed, ReleaseDriver } from './release-driver.ts';
import { type Act, endedRelease, markedRelease, movedAlias, percentOf, startedRelease } from './release-steps.ts';
import type { NewAlias, NewRelease, ReleaseChange, Releases, ReleaseView, VersionView } from './releases.ts';
import { finishRemovals } from './removal.ts';
import { keepReport, listReports } from './reports.ts';
import {
  changeVersion,
  keepVersion,
  listVersions,
  noVersion,
  readVersion,
  type VersionDocument,
} from './version-documents.ts';
import type { Watches } from './watches.ts';

const MAX_ALIASES = 100;
const MAX_PUBLISHED = 1_000;

export interface ReleasesOptions {
  readonly registry: Registry;
  readonly blobs: Blobs;
  readonly catalog: Catalog;
  readonly watches: Watches;
  readonly clock: Clock;
  readonly log: Logger;
  /** Which of these alarms fire now; rejects names that it does not know with `not_found`. Absent: the node has no alarms. */
  readonly alarmFiring?: (names: readonly string[]) => readonly string[];
  /** Hears of each step and end that a release comes to by itself. */
  readonly onActed?: OnActed;
}

/** Opens versions, aliases and releases; releases that were under way when the node stopped go on. */
export async function createReleases(options: ReleasesOptions): Promise<Releases> {
  const { registry, blobs, catalog, watches, clock, log, alarmFiring, onActed } = options;
  await finishRemovals(registry);
  const driver = new ReleaseDriver({
    ...{ registry, catalog, watches, clock, log, onActed },
    alarmFiring: alarmFiring ?? (() => []),
  });

  const found = async (nameOrId: string): Promise<FunctionDocument> => {
    const name = catalog.find(nameOrId)?.document.name ?? nameOrId;
    const stored = await readFunction(registry, name);
    if (stored === undefined) throw new Problem('not_found', `there is no function "${nameOrId.slice(0, 100)}"`);
    return stored.document;
  };

  const known = (nameOrId: string): FunctionDocument => {
    const stored = catalog.find(nameOrId);
    if (stored === undefined) throw new Problem('not_found', `there is no function "${nameOrId.slice(0, 100)}"`);
    return stored.document;
  };

  const actOf = (by: string): Act => ({ at: new Date(clock.now()).toISOString(), by });

  /** A version that is there: what serves has a document of its own from now on, too. */
  const kept = async (fn: FunctionDocument, version: number): Promise<VersionDocument> => {
    const stored = version === fn.version ? await keepVersion(registry, fn) : await readVersion(registry, fn, version);
    if (stored === undefined) throw noVersion(fn.name, version);
    return stored.document;
  };

  const viewOf = (fn: FunctionDocument, document: VersionDocument): VersionView => {
    const { version, createdAt, config, code, origin, publication } = document;
    const aliases = catalog
      .aliases(fn.name)
      .flatMap((alias) =>
        alias.document.versions
          .filter((share) => share.version === version)
          .map(({ weight }) => ({ alias: alias.document.name, weight })),
      );
    return {
      version,
      createdAt,
      config,
      code,
      ...(origin !== undefined && { origin }),
      serves: version === fn.version,
      ...(publication !== undefined && { publication }),
      aliases,
    };
  };

  /** Moves an alias; calls go where it says when this resolves. */
  const moveAlias = async (
    fn: FunctionDocument,
    alias: string,
    change: (current: StoredAlias | undefined) => AliasDocument | Promise<AliasDocument>,
  ): Promise<StoredAlias> => {
    const stored = await changeAlias(registry, fn, alias, change);
    await catalog.settled();
    return stored;
  };

  const present = (fn: FunctionDocument, alias: string, current: StoredAlias | undefined): StoredAlias => {
    if (current === undefined) throw noAlias(fn.name, alias);
    return current;
  };

  const releaseView = (fn: string, alias: string, release: NonNullable<AliasDocument['release']>): ReleaseView => {
    const run = driver.run(fn, alias);
    const numbers = isUnderWay(release) && run?.id === release.id ? { numbers: run.numbers() } : {};
    return { function: fn, alias, release, state: release.state, percent: percentOf(release), ...numbers };
  };

  /** Aborts what is under way by an alias, with the numbers as they stand; the document as it is where nothing is. */
  const aborted = (current: StoredAlias, act: Act, why: string): StoredAlias => {
    const { document } = current;
    if (!isUnderWay(document.release)) return current;
    return { ...current, document: endedRelease(current, document.release, 'aborted', act, reportOf(document, why)) };
  };

  const reportOf = ({ function: fn, name, release }: AliasDocument, why: string) => {
    const run = driver.run(fn, name);
    if (run !== undefined) return run.report(why);
    const none = { calls: 0, errors: 0, errorRate: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0 };
    return { why, old: { version: release!.from, ...none }, new: { version: release!.to, ...none } };
  };

  const keepIfEnded = async (fn: FunctionDocument, { document }: StoredAlias): Promise<void> => {
    const { release, name } = document;
    if (release !== undefined && !isUnderWay(release)) await keepReport(registry, fn, name, release);
  };

  const newAlias = (fn: FunctionDocument, alias: string, wanted: NewAlias, act: Act): AliasDocument => {
    if (catalog.aliases(fn.name).length >= MAX_ALIASES)
      throw new Problem('invalid_request', `"${fn.name}" has ${MAX_ALIASES} aliases already; remove some first`);
    return {
      function: fn.name,
      functionId: fn.id,
      name: alias,
      description: wanted.description ?? '',
      versions: wanted.versions,
      ...(wanted.stickyBy && { stickyBy: wanted.stickyBy }),
      createdAt: act.at,
      before: [],
      moves: [{ versions: wanted.versions, ...act, how: 'set' }],
    };
  };

  const checkRelease = (wanted: NewRelease): void => {
    const { steps, everyMs, rules } = wanted;
    const isRising = steps.every((percent, place) => percent > (steps[place - 1] ?? 0) && percent <= 100);
    if (steps.length === 0 || steps.length > RELEASE_LIMITS.steps || !isRising || steps.at(-1) !== 100) {
      throw new Problem(
        'invalid_request',
        `the steps of a release are 1 to ${RELEASE_LIMITS.steps} shares in percent that rise to 100, not ${steps.join(', ').slice(0, 200) || 'none'}`,
        { details: { field: 'steps' } },
      );
    }
    for (const percent of steps.slice(0, -1)) {
      checkedShares([
        { version: 1, weight: percent },
        { version: 2, weight: Number((100 - percent).toFixed(4)) },
      ]);
    }
    if (everyMs < RELEASE_LIMITS.minEveryMs || everyMs > RELEASE_LIMITS.maxEveryMs)
      throw new Problem('invalid_request', 'a step of a release takes 1 second to 7 days');
    if (rules.alarms.length === 0) return;
    if (alarmFiring === undefined) throw new Problem('invalid_request', 'this node has no alarms to watch');
    const firing = alarmFiring(rules.alarms);
    if (firing.length > 0)
      throw new Problem(
        'conflict',
        `the alarm ${firing.join(', ')} fires already: nothing is released until it is over`,
      );
  };

  const aliasOf = (name: string, alias: string): StoredAlias => {
    const fn = known(name);
    const stored = catalog.aliases(fn.name).find(({ document }) => document.name === alias);
    if (stored === undefined) throw noAlias(fn.name, alias);
    return stored;
  };

  return {
    async versions(name) {
      const fn = await found(name);
      const stored = await listVersions(registry, fn);
      const documents = stored.map(({ document }) => document);
      if (!documents.some(({ version }) => version === fn.version)) {
        const { id: functionId, version, createdAt, config, code, origin } = fn;
        documents.push({ functionId, version, createdAt, config, code, ...(origin !== undefined && { origin }) });
        documents.sort((a, b) => b.version - a.version);
      }
      const back = predecessor(fn.before ?? [], fn.version);
      return {
        versions: documents.map((document) => viewOf(fn, document)),
        moves: fn.moves ?? [],
        ...(back !== undefined && { rollsBackTo: back.version }),
      };
    },

    async version(name, version) {
      const fn = await found(name);
      return viewOf(fn, await kept(fn, version));
    },

    async publish(name, { version: wanted, description = '', by }) {
      const fn = await found(name);
      const version = wanted ?? fn.version;
      const before = await kept(fn, version);
      if (before.publication !== undefined) return { version: viewOf(fn, before), isNew: false };
      const published = (await listVersions(registry, fn)).filter(({ document }) => document.publication !== undefined);
      if (published.length >= MAX_PUBLISHED) {
        throw new Problem(
          'invalid_request',
          `"${fn.name}" has ${MAX_PUBLISHED} published versions already; take some back with fob publish ${fn.name} --undo <version>`,
        );
      }
      const { document } = await changeVersion(registry, fn, version, (current) =>
        current.publication !== undefined ? current : { ...current, publication: { ...actOf(by), description } },
      );
      return { version: viewOf(fn, document), isNew: true };
    },

    async unpublish(name, version) {
      const fn = await found(name);
      let was = false;
      await changeVersion(registry, fn, version, ({ publication, ...rest }) => {
        was = publication !== undefined;
        return rest;
      });
      return was;
    },

    async rollback(name, { to, by, expectedRevision }) {
      const fn = await found(name);
      return serveAgain(
        registry,
        clock,
        fn.name,
        by,
        async (current) => {
          const { before = [], version: serving } = current;
          if (to === serving)
            throw new Problem(
              'conflict',
              `version ${to} of "${fn.name}" serves already: there is nothing to roll back`,
            );
          const back =
            to === undefined ? predecessor(before, serving) : { version: to, before: backTo(before, serving, to) };
          if (back === undefined) {
            const others =
              newestVersion(current) > 1 ? `; fob rollback ${fn.name} --to <version> makes any other serve` : '';
            throw new Problem(
              'conflict',
              `there is nothing to roll back to: no version of "${fn.name}" served before version ${serving}${others}`,
            );
          }
          return { version: await kept(current, back.version), before: back.before };
        },
        expectedRevision,
      );
    },

    aliases: (name) => catalog.aliases(known(name).name),

    alias: aliasOf,

    async setAlias(name, alias, wanted) {
      const fn = await found(name);
      const versions = checkedShares(wanted.versions);
      if (wanted.stickyBy?.startsWith('payload:')) compileValuePath(wanted.stickyBy.slice('payload:'.length));
      for (const { version } of versions) await kept(fn, version);
      const act = actOf(wanted.by);
      return moveAlias(fn, alias, (current) => {
        checkAliasRevision(alias, current, wanted.expectedRevision);
        if (current === undefined) return newAlias(fn, alias, { ...wanted, versions }, act);
        const { document } = current;
        if (isUnderWay(document.release)) {
          throw new Problem(
            'conflict',
            `version ${document.release.to} is being released by "${alias}": fob release abort, pause or promote ${fn.name} --alias ${alias} first`,
            { details: { release: document.release.id } },
          );
        }
        const { stickyBy: oldSticky, ...rest } = movedAlias(current, versions, 'set', act);
        const stickyBy = wanted.stickyBy ?? oldSticky;
        return { ...rest, description: wanted.description ?? rest.description, ...(stickyBy && { stickyBy }) };
      });
    },

    async removeAlias(name, alias, expectedRevision) {
      const fn = await found(name);
      const current = await readAlias(registry, fn, alias);
      checkAliasRevision(alias, current, expectedRevision);
      if (current === undefined) return false;
      if (isUnderWay(current.document.release)) {
        throw new Problem(
          'conflict',
          `version ${current.document.release.to} is being released by "${alias}": fob release abort ${fn.name} --alias ${alias} first`,
        );
      }
      const removed = await registry.delete(aliasKey(fn.name, alias), current.revision);
      await catalog.settled();
      return removed;
    },

    async rollbackAlias(name, alias, { to, by, expectedRevision }) {
      const fn = await found(name);
      if (to !== undefined) await kept(fn, to);
      const act = actOf(by);
      const stored = await moveAlias(fn, alias, async (entry) => {
        checkAliasRevision(alias, entry, expectedRevision);
        const before = present(fn, alias, entry);
        const current = aborted(before, act, `${by} rolled the alias back`);
        const { document } = current;
        // What is under way is given up: that alone goes back to the version before it.
        if (current !== before && (to === undefined || wholeVersion(document.versions) === to)) return document;
        const serving = wholeVersion(document.versions);
        if (to !== undefined && to === serving)
          throw new Problem(
            'conflict',
            `the alias "${alias}" names version ${to} already: there is nothing to roll back`,
          );
        const back =
          to === undefined
            ? predecessor(document.before, serving)
            : { version: to, before: backTo(document.before, serving, to) };
        if (back === undefined) {
          throw new Problem(
            'conflict',
            `there is nothing to roll back to: "${alias}" named no other version before ${sharesText(document.versions)}; fob rollback ${fn.name} --alias ${alias} --to <version> moves it anywhere`,
          );
        }
        await kept(fn, back.version);
        const moved = movedAlias(current, [{ version: back.version, weight: 100 }], 'rollback', act);
        return { ...moved, before: back.before };
      });
      await keepIfEnded(fn, stored);
      return stored;
    },

    async startRelease(name, alias, wanted) {
      const fn = await found(name);
      checkRelease(wanted);
      await kept(fn, wanted.to);
      const id = randomUUID();
      const { to, steps, everyMs, rules } = wanted;
      const stored = await moveAlias(fn, alias, async (entry) => {
        checkAliasRevision(alias, entry, wanted.expectedRevision);
        const current = present(fn, alias, entry);
        const { versions, release } = current.document;
        if (isUnderWay(release)) {
          throw new Problem(
            'conflict',
            `version ${release.to} is being released by "${alias}" already, since ${release.startedAt} by ${release.startedBy}: fob release show ${fn.name} --alias ${alias} shows how it stands, abort or promote ends it`,
            { details: { release: release.id } },
          );
        }
        const from = wholeVersion(versions) ?? versions.find(({ version }) => version !== to)!.version;
        if (from === to) throw new Problem('conflict', `the alias "${alias}" names version ${to} already`);
        if (versions.length === 2 && !versions.some(({ version }) => version === to)) {
          throw new Problem(
            'conflict',
            `the alias "${alias}" is shared by ${sharesText(versions)}: let it name one of them alone before a third is released`,
          );
        }
        await kept(fn, from);
        if (release !== undefined) await keepReport(registry, fn, alias, release);
        return startedRelease(current, { id, from, to, steps, everyMs, rules }, actOf(wanted.by));
      });
      return releaseView(fn.name, alias, stored.document.release!);
    },

    async changeRelease(name, alias, change, by) {
      const fn = await found(name);
      const act = actOf(by);
      const stored = await moveAlias(fn, alias, (entry) => {
        const current = present(fn, alias, entry);
        const { release } = current.document;
        if (!isUnderWay(release)) {
          throw new Problem(
            'conflict',
            release === undefined
              ? `nothing was ever released by "${alias}"`
              : `no release by "${alias}" is under way: the last one, of version ${release.to}, was ${release.state.replace('_', ' ')} at ${release.endedAt}`,
          );
        }
        return changed(current, change, act);
      });
      await keepIfEnded(fn, stored);
      return releaseView(fn.name, alias, stored.document.release!);
    },

    release(name, alias) {
      const { document } = aliasOf(name, alias);
      return document.release && releaseView(document.function, alias, document.release);
    },

    async releases(name) {
      const current = (name === undefined ? catalog.allAliases() : catalog.aliases(known(name).name)).flatMap(
        ({ document }) =>
          document.release === undefined ? [] : [releaseView(document.function, document.name, document.release)],
      );
      const ended = name === undefined ? [] : await listReports(registry, known(name));
      const ids = new Set(current.map(({ release }) => release.id));
      const earlier = ended
        .filter(({ release }) => !ids.has(release.id))
        .map(({ function: fn, alias, release }) => releaseView(fn, alias, release));
      return [...current, ...earlier].sort((a, b) => (a.release.startedAt < b.release.startedAt ? 1 : -1));
    },

    async diff(name, from, to) {
      const fn = await found(name);
      return diffVersions(blobs, await kept(fn, from), await kept(fn, to));
    },

    close: () => driver.close(),
  };

  function changed(current: StoredAlias, change: ReleaseChange, act: Act): AliasDocument {
    const { document } = current;
    const release = document.release!;
    switch (change) {
      case 'pause':
        return release.state === 'paused' ? document : markedRelease(current, release, act, 'paused');
      case 'resume':
        return release.state === 'running' ? document : markedRelease(current, release, act, 'resumed');
      case 'abort':
        return endedRelease(current, release, 'aborted', act, reportOf(document, `${act.by} gave it up`));
      case 'promote':
        return endedRelease(current, release, 'promoted', act, reportOf(document, `${act.by} promoted it`));
    }
  }
}
