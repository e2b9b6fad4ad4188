import { CommanderError } from 'commander';
import { Problem } from '../model/problem.ts';
import { EXIT, Failure } from './failure.ts';
import { endQuietlyOnBrokenPipe, note, noteJson, paintError, printFailure } from './output.ts';
import { createProgram } from './program.ts';

/** Runs one command line and returns its exit code. */
async function run(words: readonly string[]): Promise<number> {
  const wanted = new Set(words);
  try {
    if (words[0] === '__complete') {
      const { complete } = await import('./commands/complete.ts');
      await complete(words.slice(1));
      return EXIT.ok;
    }
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

/** Prints what ended a command early, and says with which exit code. */
function report(error: unknown, json: boolean): number {
  // Commander has printed its own message already; asking for help or the version is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof Failure) {
    if (json) noteJson(error.body ?? { detail: error.message });
    else printFailure(error.message, error.hint);
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

endQuietlyOnBrokenPipe();
process.exitCode = await run(process.argv.slice(2));
