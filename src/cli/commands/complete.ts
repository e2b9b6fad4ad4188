import { listBlueprints } from '../../project/blueprints/load.ts';
import { allFunctions } from '../api.ts';
import { createClient, DEFAULT_URL } from '../client.ts';
import { tokenFor } from '../command-line.ts';
import { print } from '../output.ts';
import { COMMANDS, createProgram } from '../program.ts';

/** Commands whose arguments are functions. */
const OF_FUNCTIONS = new Set([
  ...['call', 'show', 'set', 'code', 'rm', 'logs', 'runs', 'trace', 'map', 'metrics'],
  ...['versions', 'publish', 'diff', 'release', 'rollback'],
]);
/** Whoever presses Tab does not wait longer for a node. */
const PATIENCE_MS = 700;

/**
 * What a completion script asks: the words after `fob`, the last one unfinished; prints one candidate a line. It stands
 * beside the commands, because the words are to be looked at, not obeyed.
 */
export async function complete(words: readonly string[]): Promise<void> {
  for (const candidate of await candidates(words)) print(candidate);
}

async function candidates(words: readonly string[]): Promise<string[]> {
  const begun = words.at(-1) ?? '';
  const name = words.slice(0, -1).find((word) => COMMANDS.some((each) => each.name === word));
  const fitting = (all: readonly string[]) => all.filter((each) => each.startsWith(begun));
  if (name === undefined || name === 'help') return fitting([...COMMANDS.map((each) => each.name), 'help']);
  if (begun.startsWith('-')) {
    const program = await createProgram(new Set([name]));
    const command = program.commands.find((each) => each.name() === name);
    return fitting([...(command?.options ?? []), ...program.options].flatMap((option) => option.long ?? []));
  }
  if (name === 'completion') return fitting(['bash', 'zsh', 'fish']);
  if (name === 'new' && words.at(-2) === 'new') return fitting((await listBlueprints()).map((each) => each.name));
  return OF_FUNCTIONS.has(name) ? functionNames(words, begun) : [];
}

async function functionNames(words: readonly string[], begun: string): Promise<string[]> {
  const given = words.indexOf('--url');
  const url = (given === -1 ? undefined : words[given + 1]) ?? (process.env.FOB_URL || DEFAULT_URL);
  try {
    const client = await createClient(url, tokenFor(url, undefined));
    const found = await allFunctions(client, { prefix: begun }, AbortSignal.timeout(PATIENCE_MS));
    return found.map((each) => each.name);
  } catch {
    // No node, no names: completion stays silent.
    return [];
  }
}
