import Type, { type Static } from 'typebox';
import { Problem } from './problem.ts';
import type { Release } from './release.ts';

/** Where the key is that decides for one version of a weighted alias: `header:`, `query:` or `cookie:` and a name, or `payload:` and a path. */
export const STICKY_PATTERN =
  '^(?:(?:header|query|cookie):[A-Za-z0-9][A-Za-z0-9_.-]{0,127}|payload:\\$[^\\u0000-\\u001f]{1,255})$';

export const AliasShareSchema = Type.Object(
  {
    version: Type.Integer({ minimum: 1, maximum: 999_999_999 }),
    weight: Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'Share of the calls, in percent' }),
  },
  { additionalProperties: false },
);
/** A version that an alias names, and the share of its calls in percent. */
export type AliasShare = Readonly<Static<typeof AliasShareSchema>>;

/** What an alias named from some time on. */
export interface AliasMove {
  readonly versions: readonly AliasShare[];
  readonly at: string;
  readonly by: string;
  readonly how: 'set' | 'rollback' | 'release';
  /** The revision that the alias then had; absent on the newest one, whose revision is the document's. */
  readonly revision?: number;
}

/** A movable name for one version of a function or a weighted pair, kept in the registry under `alias/<function>/<name>`. */
export interface AliasDocument {
  readonly function: string;
  readonly functionId: string;
  readonly name: string;
  readonly description: string;
  /** One, or two in the order of their numbers; the weights add up to 100. */
  readonly versions: readonly AliasShare[];
  /** Absent: calls that bring no key are dealt out at random. */
  readonly stickyBy?: string;
  readonly createdAt: string;
  /** What it named whole before, the newest last: what a rollback goes back to. */
  readonly before: readonly number[];
  /** Its newest moves, oldest first; the last one says what it names now. */
  readonly moves: readonly AliasMove[];
  /** The gradual release that is under way, or the last one. */
  readonly release?: Release;
}

/** An alias with the registry revision that optimistic concurrency compares (an HTTP ETag). */
export interface StoredAlias {
  readonly document: AliasDocument;
  readonly revision: number;
}

const WEIGHT_DIGITS = 4;

/** Checks what an alias is to name, and puts it in order. Throws `invalid_request`. */
export function checkedShares(shares: readonly AliasShare[]): readonly AliasShare[] {
  if (shares.length === 0 || shares.length > 2)
    throw bad(`an alias names one version or two, not ${shares.length}`, shares);
  if (new Set(shares.map(({ version }) => version)).size < shares.length)
    throw bad(`version ${shares[0]!.version} is named twice`, shares);
  const wrong = shares.find(({ weight }) => !(weight > 0) || weight > 100 || rounded(weight) !== weight);
  if (wrong !== undefined) {
    throw bad(
      `the weight ${wrong.weight} of version ${wrong.version} is no share: give more than 0 and at most 100, with at most ${WEIGHT_DIGITS} digits behind the point`,
      shares,
    );
  }
  const sum = rounded(shares.reduce((total, { weight }) => total + weight, 0));
  if (sum !== 100) {
    throw bad(`the weights ${shares.map(({ weight }) => weight).join(' and ')} add up to ${sum}, not to 100`, shares);
  }
  return shares.toSorted((a, b) => a.version - b.version);
}

function rounded(weight: number): number {
  return Number(weight.toFixed(WEIGHT_DIGITS));
}

function bad(why: string, versions: readonly AliasShare[]): Problem {
  return new Problem('invalid_request', why, { details: { field: 'versions', versions } });
}

/** The two shares of a release: `percent` of the calls go to the new version. */
export function releaseShares(from: number, to: number, percent: number): readonly AliasShare[] {
  if (percent >= 100) return [{ version: to, weight: 100 }];
  return checkedShares([
    { version: from, weight: rounded(100 - percent) },
    { version: to, weight: percent },
  ]);
}

/** Shares as people write them: `3`, or `3=90 4=10`. */
export function sharesText(shares: readonly AliasShare[]): string {
  if (shares.length === 1) return String(shares[0]!.version);
  return shares.map(({ version, weight }) => `${version}=${weight}`).join(' ');
}

/** The version that an alias names alone; `undefined` where it is weighted. */
export function wholeVersion(shares: readonly AliasShare[]): number | undefined {
  return shares.length === 1 ? shares[0]!.version : undefined;
}
