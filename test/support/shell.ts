import assert from 'node:assert/strict';
import { runFob } from './fob-process.ts';

/** Somebody who types `./fob` against one node. */
export interface Shell {
  /** Runs a command that must succeed; what it printed. */
  fob(...words: string[]): Promise<string>;
  /** The same with `--json`, read. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape, and fail where they err
  json(...words: string[]): Promise<any>;
}

export function createShell(url: string, environment: Readonly<Record<string, string>> = {}): Shell {
  const fob = async (...words: string[]) => {
    const { code, stdout, stderr } = await runFob(words, { environment: { ...environment, FOB_URL: url } });
    assert.equal(code, 0, `fob ${words.join(' ')}: ${stderr}`);
    return stdout;
  };
  return { fob, json: async (...words) => JSON.parse(await fob(...words, '--json')) };
}

/** Whether builds of functions have the network that they fetch packages over, as `fob doctor` says. */
export async function canBuild(dataFolder: string): Promise<boolean> {
  const { stdout } = await runFob(['doctor', '--json', '--port', '0', '--data', dataFolder]);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string }[] };
  return checks.some(({ name, state }) => name === 'function network' && state === 'ok');
}
