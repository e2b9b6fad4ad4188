import { SECRET_LIMITS, type SecretView, SHORTEST_REDACTED } from '../../model/secret.ts';

/** A secret as the registry keeps it. */
export interface StoredSecret {
  readonly description: string;
  readonly functions: readonly string[];
  readonly createdAtMs: number;
  /** Oldest first. */
  readonly versions: readonly StoredSecretVersion[];
}

export interface StoredSecretVersion {
  readonly version: number;
  readonly createdAtMs: number;
  readonly by: string;
  readonly bytes: number;
  readonly redacted: boolean;
  readonly sealed: string;
  readonly restoredFrom?: number;
}

export function viewOf(name: string, { versions, ...secret }: StoredSecret, revision: number): SecretView {
  return { name, revision, ...secret, versions: versions.map(({ sealed: _sealed, ...version }) => version) };
}

/** With a further version; old ones that no function names go. */
export function withVersion(
  secret: StoredSecret,
  version: Omit<StoredSecretVersion, 'version'>,
  pinned: ReadonlySet<number>,
): StoredSecret {
  const number = (secret.versions.at(-1)?.version ?? 0) + 1;
  const all = [...secret.versions, { version: number, ...version }];
  const unnamed = all.filter((each) => !pinned.has(each.version));
  const old = new Set(unnamed.slice(0, -SECRET_LIMITS.versions));
  return { ...secret, versions: all.filter((each) => !old.has(each)) };
}

/** Whether a value can be told from other text. */
export function isRedacted(value: string): boolean {
  return [...value].length >= SHORTEST_REDACTED;
}
