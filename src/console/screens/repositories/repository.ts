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

/** The first characters of a commit: as many as people read. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 10);
}
