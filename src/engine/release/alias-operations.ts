import { type AliasDocument, checkedShares, type StoredAlias, sharesText, wholeVersion } from '../../model/alias.ts';
import { backTo, predecessor } from '../../model/earlier-versions.ts';
import type { FunctionDocument } from '../../model/function.ts';
import { compileValuePath } from '../../model/mapping.ts';
import { Problem } from '../../model/problem.ts';
import { isUnderWay } from '../../model/release.ts';
import { aliasKey, readAlias } from '../documents/alias-documents.ts';
import { checkAliasRevision } from './conflict.ts';
import { presentAlias, type ReleaseParts } from './release-parts.ts';
import { type Act, movedAlias } from './release-steps.ts';
import type { NewAlias, Releases } from './releases.ts';

const MAX_ALIASES = 100;

/** Aliases: what they name, and going back. */
export function aliasOperations({
  registry,
  catalog,
  found,
  known,
  knownAlias,
  kept,
  actOf,
  moveAlias,
  endNow,
  keepIfEnded,
}: ReleaseParts): Pick<Releases, 'aliases' | 'alias' | 'setAlias' | 'removeAlias' | 'rollbackAlias'> {
  /** Aborts what is under way by an alias; as it is where nothing is. */
  const aborted = (current: StoredAlias, act: Act, why: string): StoredAlias =>
    isUnderWay(current.document.release) ? { ...current, document: endNow(current, 'aborted', act, why) } : current;

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

  return {
    aliases: (name) => catalog.aliases(known(name).name),

    alias: knownAlias,

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
        const before = presentAlias(fn, alias, entry);
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
  };
}
