/** Versions with the shares of an alias's invocations that they get, in per cent. */
export type Weighted = readonly { readonly version: number; readonly weight: number }[];

/** In words: `version 3`, or `version 3 90%, version 4 10%`. */
export function sharesText(versions: Weighted): string {
  return versions
    .map(({ version, weight }) => (weight < 100 ? `version ${version} ${weight}%` : `version ${version}`))
    .join(', ');
}
