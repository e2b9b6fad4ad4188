import {
  type AliasDocument,
  type AliasMove,
  releaseShares,
  type StoredAlias,
  wholeVersion,
} from '../../model/alias.ts';
import { moved } from '../../model/earlier-versions.ts';
import {
  isUnderWay,
  type Release,
  type ReleaseEntry,
  type ReleaseReport,
  type ReleaseRules,
  type VersionNumbers,
} from '../../model/release.ts';

const MAX_MOVES = 20;
const MAX_ENTRIES = 150;

/** Who does something, and when, as documents say it. */
export interface Act {
  readonly at: string;
  readonly by: string;
}

/** An alias that names something else from now on. */
export function movedAlias(
  { document, revision }: StoredAlias,
  versions: AliasDocument['versions'],
  how: AliasMove['how'],
  { at, by }: Act,
): AliasDocument {
  const earlier = document.moves.map((move, place) =>
    place === document.moves.length - 1 ? { ...move, revision } : move,
  );
  return {
    ...document,
    versions,
    before: moved(document.before, wholeVersion(document.versions), wholeVersion(versions)),
    moves: [...earlier, { versions, at, by, how }].slice(-MAX_MOVES),
  };
}

/** A release begins: the alias gives the new version its first share. */
export function startedRelease(
  stored: StoredAlias,
  wanted: {
    id: string;
    from: number;
    to: number;
    steps: readonly number[];
    everyMs: number;
    rules: ReleaseRules;
  },
  act: Act,
): AliasDocument {
  const percent = wanted.steps[0]!;
  const release: Release = {
    ...wanted,
    state: 'running',
    step: 0,
    startedAt: act.at,
    startedBy: act.by,
    entries: [{ ...act, what: 'started', percent }],
  };
  return { ...movedAlias(stored, releaseShares(wanted.from, wanted.to, percent), 'release', act), release };
}

/** The next step of a release. `baseline` are the old version's numbers, where it had calls enough. */
export function steppedRelease(
  stored: StoredAlias,
  release: Release,
  act: Act,
  baseline: VersionNumbers | undefined,
): AliasDocument {
  const step = release.step + 1;
  const percent = release.steps[step]!;
  const next = withEntry({ ...release, step, ...(baseline !== undefined && { baseline }) }, act, 'step', percent);
  return { ...movedAlias(stored, releaseShares(release.from, release.to, percent), 'release', act), release: next };
}

/** A release is paused, resumed, or goes on after the node has started again. */
export function markedRelease(
  { document }: StoredAlias,
  release: Release,
  act: Act,
  what: 'paused' | 'resumed' | 'restarted',
): AliasDocument {
  const state = what === 'restarted' ? release.state : what === 'paused' ? 'paused' : 'running';
  return { ...document, release: withEntry({ ...release, state }, act, what, percentOf(release)) };
}

/** A release ends: everything goes to the new version, or back to the old one. */
export function endedRelease(
  stored: StoredAlias,
  release: Release,
  state: 'promoted' | 'rolled_back' | 'aborted',
  act: Act,
  report: ReleaseReport,
): AliasDocument {
  const { from, to } = release;
  const percent = state === 'promoted' ? 100 : 0;
  const version = state === 'promoted' ? to : from;
  const ended = withEntry({ ...release, state, endedAt: act.at, report }, act, state, percent, report.why);
  const document = movedAlias(stored, [{ version, weight: 100 }], state === 'promoted' ? 'release' : 'rollback', act);
  // What was given up is nothing to go back to, and what stands is not its own predecessor.
  return { ...document, before: document.before.filter((each) => each !== version), release: ended };
}

/** Share of the new version now, in percent. */
export function percentOf(release: Release): number {
  if (!isUnderWay(release)) return release.state === 'promoted' ? 100 : 0;
  return release.steps[release.step]!;
}

function withEntry(release: Release, act: Act, what: ReleaseEntry['what'], percent: number, message?: string): Release {
  const entry = { ...act, what, percent, ...(message !== undefined && { message }) };
  return { ...release, entries: [...release.entries, entry].slice(-MAX_ENTRIES) };
}
