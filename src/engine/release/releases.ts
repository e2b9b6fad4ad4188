import type { AliasShare, StoredAlias } from '../../model/alias.ts';
import type { FunctionVersion, ServingMove, StoredFunction } from '../../model/function.ts';
import type { Release, ReleaseRules, ReleaseState, VersionNumbers } from '../../model/release.ts';
import type { Publication } from '../documents/version-documents.ts';
import type { VersionDiff } from './diff.ts';

/**
 * Versions, aliases and gradual releases of functions.
 *
 * Everything moves by compare-and-set of one document, and is on disk when a promise resolves: a node that is killed in the
 * middle leaves what was before or what was to be. Rejects with `not_found` for a function, version or alias that is not there,
 * `invalid_request`, and `conflict`, whose details say what the caller saw (`saw`) and what stands (`stands`), where a thing does
 * not stand at the revision that was demanded.
 */
export interface Releases {
  /** All kept versions, newest first, with what names them. */
  versions(name: string): Promise<VersionList>;
  version(name: string, version: number): Promise<VersionView>;
  /** Pins a version, the one that serves where none is said: it is kept for good. A version that is published already stays as it is. */
  publish(name: string, wanted: { version?: number; description?: string; by: string }): Promise<Published>;
  /** Takes a publication back; false where there was none. */
  unpublish(name: string, version: number): Promise<boolean>;
  /** Makes the version serve that served before, or `to`. Rejects with `conflict` where none did. */
  rollback(name: string, wanted: { to?: number; by: string; expectedRevision?: number }): Promise<StoredFunction>;

  /** From memory, in the order of their names. */
  aliases(name: string): StoredAlias[];
  alias(name: string, alias: string): StoredAlias;
  setAlias(name: string, alias: string, wanted: NewAlias): Promise<StoredAlias>;
  /** False where there was none. */
  removeAlias(name: string, alias: string, expectedRevision?: number): Promise<boolean>;
  /** Moves an alias to the version that it named before, or `to`; a release by it that is under way is aborted. */
  rollbackAlias(name: string, alias: string, wanted: AliasRollback): Promise<StoredAlias>;

  startRelease(name: string, alias: string, wanted: NewRelease): Promise<ReleaseView>;
  /** Pauses, resumes, aborts (back to the old version) or promotes (all to the new one) the release that is under way. */
  changeRelease(name: string, alias: string, change: ReleaseChange, by: string): Promise<ReleaseView>;
  /** The release that is under way by an alias, or the last one; `undefined` where there never was one. */
  release(name: string, alias: string): ReleaseView | undefined;
  /** Of one function with those that ended, newest first; of all functions those under way and the last one by each alias. */
  releases(name?: string): Promise<ReleaseView[]>;

  diff(name: string, from: number, to: number): Promise<VersionDiff>;
  close(): void;
}

export interface VersionView extends FunctionVersion {
  readonly serves: boolean;
  readonly publication?: Publication;
  /** Aliases that name it, and the share of their calls that it gets, in percent. */
  readonly aliases: readonly { readonly alias: string; readonly weight: number }[];
}

interface VersionList {
  readonly versions: readonly VersionView[];
  /** What came to serve when, the newest last. */
  readonly moves: readonly ServingMove[];
  /** What a rollback makes serve; absent where nothing served before. */
  readonly rollsBackTo?: number;
}

export interface Published {
  readonly version: VersionView;
  readonly isNew: boolean;
}

export interface NewAlias {
  readonly versions: readonly AliasShare[];
  /** Absent: stays as it is. */
  readonly description?: string;
  /** Where the key is that calls stick by; empty: nowhere. Absent: stays as it is. */
  readonly stickyBy?: string;
  readonly by: string;
  /** 0: must be new. A number: must stand at this revision. Absent: create or move. */
  readonly expectedRevision?: number;
}

interface AliasRollback {
  readonly to?: number;
  readonly by: string;
  readonly expectedRevision?: number;
}

export interface NewRelease {
  readonly to: number;
  readonly steps: readonly number[];
  readonly everyMs: number;
  readonly rules: ReleaseRules;
  readonly by: string;
  readonly expectedRevision?: number;
}

export type ReleaseChange = 'pause' | 'resume' | 'abort' | 'promote';

export interface ReleaseView {
  readonly function: string;
  readonly alias: string;
  readonly release: Release;
  readonly state: ReleaseState;
  /** Share of the new version now, in percent. */
  readonly percent: number;
  /** Of the last window, while it goes on. */
  readonly numbers?: { readonly old: VersionNumbers; readonly new: VersionNumbers };
}
