import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { GitOrigin } from '../model/origin.ts';
import { withoutCredentials } from '../model/origin.ts';
import { isLeftOut } from '../project/code/ignore-rules.ts';
import { ignoresOf } from '../project/code/pack-folder.ts';

/** A folder so large that Git needs longer is deployed without saying where it is from. */
const TIMEOUT_MS = 5_000;
const MAX_OUTPUT_BYTES = 4_194_304;
const SEPARATOR = '\x1f';

const STATUS = ['status', '--porcelain', '-z', '--untracked-files=normal', '--ignored=matching'] as const;
/** Before a path of the status that Git ignores. */
const IGNORED = '!! ';

type Git = (...words: string[]) => Promise<string | undefined>;

/**
 * Where in Git a file or folder is; `undefined` outside of a work tree, before its first commit, and where there is no `git`.
 * Clean is about this file or folder alone: what was changed, is new, or is uploaded though Git ignores it.
 */
export async function gitOriginOf(
  path: string,
  environment?: Readonly<Record<string, string | undefined>>,
): Promise<GitOrigin | undefined> {
  return (await gitStateOf(path, environment))?.origin;
}

/** The same, with the files and folders that Git ignores and an upload takes: paths below the folder, folders ending in `/`. */
export async function gitStateOf(
  path: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<{ readonly origin: GitOrigin; readonly ignored: readonly string[] } | undefined> {
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
  const folder = isFolder ? path : dirname(path);
  if (!isBelowGit(folder)) return undefined;
  const git = gitIn(folder);
  const format = ['%H', '%an <%ae>', '%s', '%D'].join(SEPARATOR);
  // All at once: each takes a few milliseconds, and most of that is its start.
  const [log, status, remotes, containing, root, prefix] = await Promise.all([
    git('-c', 'log.showSignature=false', 'log', '-1', '--no-color', '--decorate=full', `--format=${format}`, 'HEAD'),
    git(...STATUS, '--', isFolder ? '.' : `:(literal)${basename(path)}`),
    git('config', '--get-regexp', '^remote\\..*\\.url$'),
    git('for-each-ref', '--contains', 'HEAD', '--count=1', '--format=%(refname)', 'refs/remotes'),
    git('rev-parse', '--show-toplevel'),
    git('rev-parse', '--show-prefix'),
  ]);
  if (log === undefined || root === undefined) return undefined;
  const [commit = '', author = '', subject = '', refs = ''] = log.trimEnd().split(SEPARATOR);
  const names = refs.split(', ');
  const named = (prefix: string) => names.find((name) => name.startsWith(prefix))?.slice(prefix.length);
  const branch = named('HEAD -> refs/heads/') ?? branchOfPipeline(environment);
  const tag = named('tag: refs/tags/');
  const ignored =
    status === undefined
      ? []
      : await uploadedThoughIgnored(status, (prefix ?? '').trimEnd(), isFolder ? path : undefined);
  const origin: GitOrigin = {
    repository: cut(withoutCredentials(remoteUrl(remotes) ?? root.trimEnd()), 1_000),
    commit,
    ...(branch !== undefined && { branch: cut(branch, 250) }),
    ...(tag !== undefined && { tag: cut(tag, 250) }),
    author: cut(author, 250),
    ...(subject !== '' && { subject: cut(subject, 250) }),
    clean: status !== undefined && !changes(status) && ignored.length === 0,
    ...(containing !== undefined && { pushed: containing !== '' }),
  };
  return { origin, ignored };
}

/** Whether a status has more than what Git ignores. */
function changes(status: string): boolean {
  return status.split('\0').some((entry) => entry !== '' && !entry.startsWith(IGNORED));
}

/** Of what Git ignores below `prefix`, what an upload of the folder takes nevertheless; of a file, that file. */
async function uploadedThoughIgnored(
  status: string,
  prefix: string,
  folder: string | undefined,
): Promise<readonly string[]> {
  const found = status
    .split('\0')
    .filter((entry) => entry.startsWith(IGNORED))
    .map((entry) => entry.slice(IGNORED.length));
  if (found.length === 0) return [];
  // Git names a folder that it ignores as a whole by its own path, above ours or ours.
  const inner = found.map((each) => (each.startsWith(prefix) ? each.slice(prefix.length) : ''));
  if (folder === undefined || inner.includes('')) return inner;
  // A folder whose ignore file cannot be read is not uploaded: that says why.
  const ignores = await ignoresOf(folder).catch(() => undefined);
  if (ignores === undefined) return inner;
  return inner.filter((each) => !isLeftOut(ignores, each.replace(/\/$/, ''), each.endsWith('/')));
}

/** Whether there is a work tree at all: without one, nothing is started. */
function isBelowGit(folder: string): boolean {
  for (let place = resolve(folder); ; place = dirname(place)) {
    if (existsSync(join(place, '.git'))) return true;
    if (dirname(place) === place) return false;
  }
}

/** Runs Git in a folder: no locks, no hooks of a file system monitor, no questions. `undefined` where it fails. */
function gitIn(folder: string): Git {
  const fixed = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-C', folder];
  const options = {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
  };
  return (...words) =>
    new Promise((resolve) => {
      execFile('git', [...fixed, ...words], options, (error, stdout) => {
        // `git config` says by 1 that there is nothing.
        if (error === null || (error.code === 1 && stdout === '')) resolve(stdout);
        else resolve(undefined);
      });
    });
}

/** The URL of the remote `origin`, else of the first one. */
function remoteUrl(text: string | undefined): string | undefined {
  const lines = (text ?? '').split('\n').filter((line) => line !== '');
  const line = lines.find((each) => each.startsWith('remote.origin.url ')) ?? lines[0];
  return line?.slice(line.indexOf(' ') + 1);
}

/** Pipelines check a commit out, not a branch; their environment names it. */
function branchOfPipeline(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { GITHUB_REF_TYPE, GITHUB_REF_NAME, CI_COMMIT_BRANCH, GIT_BRANCH } = environment;
  if (GITHUB_REF_TYPE === 'branch') return GITHUB_REF_NAME || undefined;
  return CI_COMMIT_BRANCH || GIT_BRANCH?.replace(/^origin\//, '') || undefined;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
