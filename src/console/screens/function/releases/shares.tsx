import classes from './releases.module.css';

export type Weighted = readonly { readonly version: number; readonly weight: number }[];

/** Which versions get which share of an alias's calls, as a bar with its words in it. */
export function Shares({ versions }: { readonly versions: Weighted }) {
  return (
    <div className={classes.shares} role="img" aria-label={sharesText(versions)}>
      {versions.map(({ version, weight }, at) => (
        <span key={version} data-at={at} style={{ flexGrow: Math.max(weight, 4) }}>
          <b>Version {version}</b> {weight} %
        </span>
      ))}
    </div>
  );
}

/** The same in words: `version 3`, or `version 3 90 %, version 4 10 %`. */
export function sharesText(versions: Weighted): string {
  return versions
    .map(({ version, weight }) => (weight < 100 ? `version ${version} ${weight} %` : `version ${version}`))
    .join(', ');
}
