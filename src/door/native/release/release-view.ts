import type { Static } from 'typebox';
import type { ReleaseView, VersionView } from '../../../engine/release/releases.ts';
import { type StoredAlias, wholeVersion } from '../../../model/alias.ts';
import { predecessor } from '../../../model/earlier-versions.ts';
import { isUnderWay } from '../../../model/release.ts';
import { codeView } from '../function/function-view.ts';
import type { AliasAnswer, ReleaseAnswer, VersionAnswer } from './release-schemas.ts';

/** A version as the native API shows it; with its configuration where it is shown alone. */
export function versionView({ config, code, ...rest }: VersionView, isAlone: boolean): VersionAnswer {
  return { ...rest, aliases: [...rest.aliases], code: codeView(code), ...(isAlone && { config }) } as VersionAnswer;
}

/** An alias as the native API shows it. */
export function aliasView(
  { document, revision }: StoredAlias,
  release: ReleaseView | undefined,
): Static<typeof AliasAnswer> {
  const { name, description, versions, stickyBy, createdAt, moves } = document;
  const last = moves.at(-1)!;
  const back = isUnderWay(document.release)
    ? document.release.from
    : predecessor(document.before, wholeVersion(versions))?.version;
  return {
    function: document.function,
    name,
    description,
    versions: [...versions],
    ...(stickyBy !== undefined && { stickyBy }),
    revision,
    createdAt,
    updatedAt: last.at,
    updatedBy: last.by,
    moves: moves.map((move) => ({ ...move, versions: [...move.versions] })),
    ...(back !== undefined && { rollsBackTo: back }),
    ...(release !== undefined && { release: releaseView(release) }),
  };
}

/** A release as the native API shows it. */
export function releaseView({ release, ...more }: ReleaseView): Static<typeof ReleaseAnswer> {
  const { baseline: _, ...shown } = release;
  return { ...more, ...shown } as unknown as Static<typeof ReleaseAnswer>;
}
