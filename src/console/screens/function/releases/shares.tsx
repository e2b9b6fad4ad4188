import classes from './releases.module.css';
import { sharesText, type Weighted } from './shares-text.ts';

/** Which versions get which share of an alias's calls, as a bar with its words in it. */
export function Shares({ versions }: { readonly versions: Weighted }) {
  return (
    <div className={classes.shares} role="img" aria-label={sharesText(versions)}>
      {versions.map(({ version, weight }, at) => (
        <span key={version} data-at={at} style={{ flexGrow: Math.max(weight, 4) }}>
          <b>Version {version}</b> {weight}%
        </span>
      ))}
    </div>
  );
}
