import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 16_777_216;

/** What a program printed; rejects with all of it where it fails. */
export async function runClient(
  program: string,
  words: readonly string[],
  options: { environment?: Readonly<Record<string, string>>; folder?: string } = {},
): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  try {
    const { stdout } = await run(program, words, {
      env: { PATH, HOME, ...options.environment },
      maxBuffer: MAX_OUTPUT_BYTES,
      ...(options.folder !== undefined && { cwd: options.folder }),
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${words.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Why a program cannot be run, or false where it can. */
export async function missing(program: string, ...words: string[]): Promise<string | false> {
  try {
    await run(program, words);
    return false;
  } catch {
    return `${program} is not installed`;
  }
}
