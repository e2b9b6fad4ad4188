import { backTo, predecessor } from '../../model/earlier-versions.ts';
import { type FunctionDocument, newestVersion } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import type { Blobs } from '../../store/blobs.ts';
import { serveAgain } from '../documents/commit.ts';
import { changeVersion, listVersions, type VersionDocument, versionOf } from '../documents/version-documents.ts';
import { diffVersions } from './diff.ts';
import type { ReleaseParts } from './release-parts.ts';
import type { Releases, VersionView } from './releases.ts';

const MAX_PUBLISHED = 1_000;

/** Versions: listed, compared, kept for good, and which one serves. */
export function versionOperations(
  { registry, catalog, clock, found, kept, actOf }: ReleaseParts,
  blobs: Blobs,
): Pick<Releases, 'versions' | 'version' | 'publish' | 'unpublish' | 'rollback' | 'diff'> {
  const viewOf = (fn: FunctionDocument, document: VersionDocument): VersionView => {
    const { version, createdAt, config, code, origin, how, publication } = document;
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
      ...(how !== undefined && { how }),
      serves: version === fn.version,
      ...(publication !== undefined && { publication }),
      aliases,
    };
  };

  return {
    async versions(name) {
      const fn = await found(name);
      const stored = await listVersions(registry, fn);
      const documents = stored.map(({ document }) => document);
      if (!documents.some(({ version }) => version === fn.version)) {
        documents.push(versionOf(fn));
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

    async diff(name, from, to) {
      const fn = await found(name);
      return diffVersions(blobs, await kept(fn, from), await kept(fn, to));
    },
  };
}
