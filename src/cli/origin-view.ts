import type { GitOrigin, VersionOrigin } from '../model/origin.ts';

/** Letters of a commit's hash that people are shown. */
const SHORT_HASH = 12;

/** Who made a version and from what, as names and values for people. */
export function describeOrigin(origin: VersionOrigin | undefined): [string, string][] {
  if (origin === undefined) return [];
  const { by, message, git } = origin;
  return [
    ['by', by],
    ...(message === undefined ? [] : ([['message', message]] as [string, string][])),
    ...(git === undefined ? [] : describeGit(git)),
  ];
}

function describeGit(git: GitOrigin): [string, string][] {
  return [
    ['repository', git.repository],
    ['commit', [commitOf(git), git.subject].filter(Boolean).join('  ')],
    ['author', git.author],
  ];
}

/** `4ba1f0c2d3e4 (main, v1.2; changed since, not pushed)`. */
function commitOf(git: GitOrigin): string {
  const place = [git.branch, git.tag].filter((name) => name !== undefined).join(', ');
  const faults = [
    git.clean ? undefined : 'with changes that are not committed',
    git.pushed === false ? 'not pushed' : undefined,
  ];
  const words = [place, faults.filter((each) => each !== undefined).join(', ')]
    .filter((each) => each !== '')
    .join('; ');
  return `${git.commit.slice(0, SHORT_HASH)}${words === '' ? '' : ` (${words})`}`;
}
