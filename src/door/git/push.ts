import { messageOf } from '../../model/problem.ts';
import type { Git } from '../../service/repository/git.ts';
import { readCommit } from '../../service/repository/read-tree.ts';
import type { RepositoryView } from '../../service/repository/repositories.ts';
import type { OwnApi } from '../own-api.ts';
import type { Principal } from '../principal.ts';
import type { Deployments } from './deployments.ts';
import type { Asker, Question, RefChange } from './pre-receive.ts';

const HEADS = 'refs/heads/';
const TAGS = 'refs/tags/';
const QUERY_TIMEOUT_MS = 30_000;

interface PushContext {
  readonly repository: RepositoryView;
  readonly folder: string;
  readonly git: Git;
  readonly deployments: Deployments;
  readonly ownApi: OwnApi;
  readonly principal: Principal;
  /** Resolves when no other push deploys this repository, until the end of this one. */
  readonly turn: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Decides about a push: what is on the branch that deploys is deployed first, and refused where that fails. */
export async function decidePush(question: Question, asker: Asker, context: PushContext): Promise<boolean> {
  const { repository, deployments, principal, ownApi, git, folder, signal, timeoutMs } = context;
  const { changes, environment } = question;
  try {
    if (changes.length === 0) {
      asker.tell('nothing that could be understood was to change');
      return false;
    }
    const strange = changes.find(({ ref }) => !ref.startsWith(HEADS) && !ref.startsWith(TAGS));
    if (strange !== undefined) {
      asker.tell(`${strange.ref} is neither a branch nor a tag: only these are kept here`);
      return false;
    }
    const branch = await deployingBranch(repository, changes, git, folder);
    const change = changes.find(({ ref }) => ref === HEADS + branch);
    if (change === undefined) {
      const others = changes.map(({ ref }) => ref.slice(ref.startsWith(HEADS) ? HEADS.length : 0)).slice(0, 3);
      asker.tell(`${others.join(', ')}: kept, and not deployed; ${branch} deploys`);
      return true;
    }
    if (isZero(change.after)) {
      asker.tell(
        `${branch} deploys, and cannot be deleted; choose another first: fob repo set ${repository.name} --branch …`,
      );
      return false;
    }
    await context.turn();
    if (signal.aborted) return false;
    // Git looks again when it moves the branch, but then this would have been deployed.
    if ((await tipOf(change.ref, git, folder)) !== (isZero(change.before) ? '' : change.before)) {
      asker.tell(`somebody else pushed to ${branch} meanwhile: fetch that, and push again`);
      return false;
    }
    const options = { folder, environment, timeoutMs, signal };
    const commit = await readCommit(git, change.after, options);
    const deploying = deployments.deploy(repository, {
      commit,
      branch,
      ref: change.ref,
      by: principal.name,
      address: `/git/${repository.name}.git`,
      api: ownApi.as(principal, signal),
      lastingApi: ownApi.as(principal),
      options,
      tell: asker.tell,
    });
    const isDeployed = await deploying.then(
      () => true,
      () => false,
    );
    if (!isDeployed) {
      asker.tell(`${branch} stays as it was`);
      return false;
    }
    await pointHead(git, folder, branch);
    return true;
  } catch (error) {
    if (!signal.aborted) asker.tell(`error: ${firstLine(messageOf(error))}`);
    return false;
  }
}

/** The branch that is set; else `main`, or `master` where that is there, or comes, and `main` is not. */
async function deployingBranch(
  { settings }: RepositoryView,
  changes: readonly RefChange[],
  git: Git,
  folder: string,
): Promise<string> {
  if (settings.branch !== '') return settings.branch;
  const words = ['for-each-ref', '--format=%(refname)', `${HEADS}main`, `${HEADS}master`];
  const there = (await git.run(words, { folder, timeoutMs: QUERY_TIMEOUT_MS })).toString('utf8').split('\n');
  const known = (name: string) =>
    there.includes(HEADS + name) || changes.some(({ ref, after }) => ref === HEADS + name && !isZero(after));
  return !known('main') && known('master') ? 'master' : 'main';
}

/** The commit of a branch; empty where there is none. */
async function tipOf(ref: string, git: Git, folder: string): Promise<string> {
  const words = ['for-each-ref', '--format=%(refname) %(objectname)', ref];
  const lines = (await git.run(words, { folder, timeoutMs: QUERY_TIMEOUT_MS })).toString('utf8').split('\n');
  return lines.find((line) => line.startsWith(`${ref} `))?.slice(ref.length + 1) ?? '';
}

/** What a clone checks out is what deploys. */
async function pointHead(git: Git, folder: string, branch: string): Promise<void> {
  await git.run(['symbolic-ref', 'HEAD', HEADS + branch], { folder, timeoutMs: QUERY_TIMEOUT_MS });
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
