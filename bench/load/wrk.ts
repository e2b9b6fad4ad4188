import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type LoadResult, parseWrkOutput } from './wrk-output.ts';

const run = promisify(execFile);

/** What wrk sends where it is no GET; each is a static request, so that it runs no Lua while it measures. */
const SCRIPTS = {
  POST: 'post.lua',
  'POST event': 'post-event.lua',
  'PUT object': 'put-object.lua',
} as const;
const SLACK_MS = 20_000;
const INSTALL_MS = 180_000;

export type Method = 'GET' | keyof typeof SCRIPTS;

export interface Load {
  readonly url: string;
  readonly connections: number;
  /** Whole seconds. */
  readonly durationS: number;
  /** `POST` sends an empty JSON object, `POST event` one to be run in an hour, `PUT object` 1 MB. */
  readonly method?: Method;
}

/** Loads one URL over kept connections, from one thread so that the generator takes as little of the machine as it can. */
export async function wrk(load: Load): Promise<LoadResult> {
  const { method = 'GET' } = load;
  const script = method === 'GET' ? [] : ['-s', join(import.meta.dirname, SCRIPTS[method])];
  const { stdout } = await run(
    'wrk',
    ['-t1', `-c${load.connections}`, `-d${load.durationS}s`, '--timeout', '10s', '--latency', ...script, load.url],
    { timeout: load.durationS * 1_000 + SLACK_MS, killSignal: 'SIGKILL' },
  );
  return parseWrkOutput(stdout);
}

/**
 * Makes sure that wrk is on this machine: as root on Debian or Ubuntu it is installed, after saying so; elsewhere an
 * `Error` says how to get it.
 */
export async function ensureWrk(say: (text: string) => void): Promise<void> {
  if (await onPath('wrk')) return;
  if (process.getuid?.() !== 0 || !(await onPath('apt-get'))) {
    throw new Error('the benchmark needs wrk: install it (on Debian and Ubuntu: sudo apt-get install wrk)');
  }
  say('installing wrk: apt-get install --yes wrk');
  const options = { timeout: INSTALL_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const install = () => run('apt-get', ['install', '--yes', '--no-install-recommends', 'wrk'], options);
  await install().catch(async () => {
    await run('apt-get', ['update'], options);
    await install();
  });
}

async function onPath(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, program))));
  return found.some((result) => result.status === 'fulfilled');
}
