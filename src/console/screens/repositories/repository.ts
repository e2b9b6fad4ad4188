import type { Api } from '../../api/types.gen.ts';
import type { Tone } from '../../ui/status-badge.tsx';

export type Repository = Api['GET /v1/repositories/{name}']['answer'];
export type Deployment = Repository['deployments'][number];

/** How a repository is at the moment, and in words. */
export function stateOf({ watch, deployments: [last] }: Repository): { tone: Tone; words: string } {
  if (watch?.state === 'failing') return { tone: 'bad', words: 'cannot be looked at' };
  if (last?.state === 'failed') return { tone: 'bad', words: 'last deployment failed' };
  if (last?.state === 'deployed') return { tone: 'good', words: 'deployed' };
  return { tone: 'quiet', words: 'nothing deployed yet' };
}

/** What deploys, in words. */
export function deploysOf({ watch, branch }: Repository): string {
  if (watch === undefined) return `branch ${branch || 'main or master'}`;
  if (watch.tag !== undefined) return `tags ${watch.tag}`;
  return watch.branch === undefined ? 'the default branch' : `branch ${watch.branch}`;
}

/** The first characters of a commit: as many as people read. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 10);
}
