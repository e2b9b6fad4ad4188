import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FOB, PROJECT_FOLDER } from './fob-process.ts';

const DOCUMENTED_URL = 'http://127.0.0.1:9999';
const BLOCK_TIMEOUT_MS = 120_000;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** What stands above a block that a test cannot run: `<!-- not run: it starts a node -->`. */
const NOT_RUN = /<!-- not run: (.+) -->\s*$/;

/** Commands of a page, as one shell block, and what the block after it says that they print at their end. */
export interface Commands {
  readonly line: number;
  readonly text: string;
  readonly prints: string | undefined;
  /** Why it is not run, where the page says so. */
  readonly notRun: string | undefined;
}

/** The shell blocks of a Markdown page in their order. A `json` or `text` block that follows with nothing between shows what one prints. */
export function readCommands(markdown: string): Commands[] {
  const fence = /^```(\w*)\n(.*?)^```$/gms;
  const blocks = [...markdown.matchAll(fence)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    start: match.index,
    end: match.index + match[0].length,
  }));
  return blocks.flatMap((block, place) => {
    if (block.language !== 'sh') return [];
    const next = blocks[place + 1];
    const shows =
      next !== undefined &&
      ['json', 'text'].includes(next.language) &&
      !/\S/.test(markdown.slice(block.end, next.start));
    const before = markdown.slice(0, block.start);
    return {
      line: before.split('\n').length,
      text: block.text,
      prints: shows ? next.text : undefined,
      notRun: NOT_RUN.exec(before)?.[1],
    };
  });
}

/** Where the commands of pages are typed: a folder that looks like the project's, so that nothing is written there. */
export interface Desk {
  /** Runs the commands of a page, one block after the other, and checks what they print. Returns how many blocks it ran. */
  run(page: string): Promise<number>;
}

/** A reader of the pages who works in `folder`, with the node at `url` where the pages have one on the usual port. */
export async function createDesk(folder: string, url: string): Promise<Desk> {
  const home = join(folder, 'home');
  const work = join(folder, 'fob');
  await mkdir(join(home, '.config', 'fish', 'completions'), { recursive: true });
  await mkdir(work);
  await symlink(FOB, join(work, 'fob'));
  await symlink(join(PROJECT_FOLDER, 'examples'), join(work, 'examples'));
  const inherited = Object.entries(process.env).filter(([name]) => !/^(FOB_|NODE_TEST|FORCE_COLOR$)/.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: `${work}:${process.env.PATH}`,
    HOME: home,
    FOB_URL: url,
    LAST_ID: '',
  };
  /** An HTTP error fails a block, and what curl prints ends with its line. */
  const prelude = 'set -euo pipefail\ncurl() { command curl --silent --show-error --fail-with-body "$@" && echo; }\n';
  const execute = promisify(execFile);

  const run = async (page: string): Promise<number> => {
    const commands = readCommands(await readFile(join(PROJECT_FOLDER, page), 'utf8'));
    let ran = 0;
    for (const { line, text, prints, notRun } of commands) {
      if (notRun !== undefined) continue;
      const where = `${page}:${line}`;
      let stdout = '';
      for (const command of splitAtIds(text.replaceAll(DOCUMENTED_URL, url))) {
        const script = prelude + command.replaceAll('<id>', env.LAST_ID);
        const options = { cwd: work, env, timeout: BLOCK_TIMEOUT_MS };
        const done = await execute('bash', ['-c', script], options).catch((error: { stderr?: string }) =>
          assert.fail(`${where} fails: ${error}\n${error.stderr ?? ''}`),
        );
        env.LAST_ID = /"id": ?"([0-9a-f-]{36})"/.exec(done.stdout)?.[1] ?? env.LAST_ID;
        stdout += done.stdout;
      }
      ran += 1;
      if (prints === undefined) continue;
      const shown = lines(prints);
      assert.deepEqual(lines(stdout).slice(-shown.length), shown, where);
    }
    return ran;
  };
  return { run };
}

/** A command with `<id>` means the id that was answered before it: what stands above it in its block runs first. */
function splitAtIds(block: string): string[] {
  return block.split(/^(?=.*<id>)/m).filter((part) => part.trim() !== '');
}

/** Lines with content; JSON in one form, and every id alike. */
function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(UUID, '<id>'))
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return JSON.stringify(JSON.parse(line));
      } catch {
        return line;
      }
    });
}
