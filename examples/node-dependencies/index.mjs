import semver from 'semver';

export function handler({ version }) {
  return { version, next: semver.inc(version, 'minor') };
}
