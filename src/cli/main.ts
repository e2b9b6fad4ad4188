import { CommanderError } from 'commander';
import { harmless } from '../model/harmless.ts';
import { Problem } from '../model/problem.ts';
import { conflictOf } from './conflict.ts';
import { EXIT, Failure } from './failure.ts';
import { endQuietlyOnBrokenPipe, note, noteJson, paintError, printFailure } from './output.ts';
import { COMMANDS, createProgram } from './program.ts';

/** Runs one command line and returns its exit code. */
async function run(words: readonly string[]): Promise<number> {
  const wanted = new Set(words);
  try {
    if (words[0] === '__complete') {
      const { complete } = await import('./commands/complete.ts');
      await complete(words.slice(1));
      return EXIT.ok;
    }
    if (words[0] === '--version' || words[0] === '-v') return await run(['version', ...words.slice(1)]);
    // Help for a command that does not exist is answered as the command would be: with the one that was meant.
    if (words[0] === 'help' && words[1] !== undefined && !isCommand(words[1])) return await run([words[1]]);
    const program = await createProgram(wanted);
    if (words.length === 0) {
      program.outputHelp();
      return EXIT.ok;
    }
    await program.parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    return report(error, wanted.has('--json'));
  }
}

function isCommand(word: string): boolean {
  return word.startsWith('-') || word === 'help' || COMMANDS.some(({ name }) => name === word);
}

/** Prints what ended a command early, and says with which exit code. */
function report(error: unknown, json: boolean): number {
  // Commander has printed its own message already; asking for help or the version is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof Failure) {
    if (json) noteJson(error.body ?? { detail: error.message });
    else printFailure(error.message, error.hint ?? conflictOf(error.body) ?? stackOf(error.body));
    return error.exitCode;
  }
  if (error instanceof Problem) {
    if (json) noteJson({ code: error.code, detail: error.message });
    else printFailure(error.message);
    return error.code === 'invalid_request' ? EXIT.usage : error.code === 'not_found' ? EXIT.notFound : EXIT.refused;
  }
  printFailure(error instanceof Error ? error.message : String(error));
  if (error instanceof Error && error.stack !== undefined && process.env.FOB_DEBUG)
    note(paintError('dim', error.stack));
  return EXIT.refused;
}

/** Where in the function's own code it went wrong: the stack of a problem document, if it has one. */
function stackOf(body: unknown): string | undefined {
  const stack = (body as { stack?: unknown } | null | undefined)?.stack;
  return typeof stack === 'string' && stack !== '' ? harmless(stack) : undefined;
}

endQuietlyOnBrokenPipe();
process.exitCode = await run(process.argv.slice(2));
