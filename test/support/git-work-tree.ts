import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface GitAnswer {
  readonly code: number;
  readonly stdout: string;
  /** Progress and `remote:` lines are here. */
  readonly stderr: string;
}

/** A work tree in a folder of its own, with the real Git and nothing of the user's own settings. */
export interface WorkTree {
  readonly folder: string;
  /** Runs Git; fails unless it ends well. */
  git(...words: string[]): Promise<string>;
  /** Runs Git and answers with how it ended. */
  tryGit(...words: string[]): Promise<GitAnswer>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes files, commits everything, and answers with the commit. */
  commit(message: string, files?: Readonly<Record<string, string>>): Promise<string>;
  remove(): Promise<void>;
}

export async function createWorkTree(branch = 'main'): Promise<WorkTree> {
  const folder = await mkdtemp(join(tmpdir(), 'fob-git-'));
  const tryGit = (...words: string[]) => runGit(folder, words);
  const git = async (...words: string[]) => {
    const { code, stdout, stderr } = await tryGit(...words);
    if (code !== 0) throw new Error(`git ${words.join(' ')} ended with ${code}: ${stderr}`);
    return stdout.trim();
  };
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  };
  await git('init', '--quiet', `--initial-branch=${branch}`);
  return {
    folder,
    git,
    tryGit,
    write,
    async commit(message, files = {}) {
      await write(files);
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs Git in a folder as Ann, without the settings of this machine. */
export function runGit(folder: string, words: readonly string[], input?: string | Buffer): Promise<GitAnswer> {
  return new Promise((resolve) => {
    const child = execFile(
      'git',
      words,
      {
        cwd: folder,
        maxBuffer: 64 * 1_048_576,
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          LC_ALL: 'C',
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_TERMINAL_PROMPT: '0',
          GIT_AUTHOR_NAME: 'Ann',
          GIT_AUTHOR_EMAIL: 'ann@example.org',
          GIT_COMMITTER_NAME: 'Ann',
          GIT_COMMITTER_EMAIL: 'ann@example.org',
        },
      },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
    if (input !== undefined) child.stdin!.end(input);
  });
}
