import { extname } from 'node:path';
import type { FunctionConfig } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import type { CodeFolder, Runtime, Runtimes } from '../../runtime/runtime.ts';

/** What is known before the code is looked at. */
export interface Known {
  readonly given: Partial<FunctionConfig>;
  /** The configuration of the version that serves, where there is one. */
  readonly before: FunctionConfig | undefined;
  /** The runtime of a text that no language recognises; `undefined`: such a text is refused. */
  readonly fallbackRuntime?: string | undefined;
}

/** A choice, and whether it was guessed or had been said. */
export interface Choice<T> {
  readonly value: T;
  readonly guessed: boolean;
}

/** The runtime of an inline text: as configured, by its file name's ending, by its contents, or as before. Throws `unsupported_runtime`. */
export function chooseTextRuntime(
  runtimes: Runtimes,
  text: string,
  fileName: string | undefined,
  known: Known,
): Choice<Runtime> {
  if (known.given.runtime !== undefined) return { value: runtimes.get(known.given.runtime), guessed: false };
  const ending = fileName === undefined ? '' : extname(fileName);
  if (ending !== '') {
    const value = runtimes.all.find((runtime) => runtime.fileEndings.includes(ending));
    if (value === undefined) throw unsupported(runtimes, `no runtime runs files that end in "${ending}"`);
    return { value, guessed: true };
  }
  let best: Runtime | undefined;
  let bestScore = 0;
  for (const runtime of runtimes.all) {
    const score = runtime.recognise(text);
    // The runtimes stand in order of preference: the first wins ties.
    if (score > bestScore) {
      best = runtime;
      bestScore = score;
    }
  }
  if (best !== undefined) return { value: best, guessed: true };
  const otherwise = known.before?.runtime ?? known.fallbackRuntime;
  if (otherwise !== undefined) return { value: runtimes.get(otherwise), guessed: true };
  throw unsupported(runtimes, 'the source is not recognised as any supported language: say which with `runtime`');
}

/** The runtime of a folder: as configured, the one that has the handler's file, or one that finds a handler. Throws `unsupported_runtime`. */
export async function chooseFolderRuntime(
  runtimes: Runtimes,
  folder: CodeFolder,
  known: Known,
): Promise<Choice<Runtime>> {
  const { given, before } = known;
  if (given.runtime !== undefined) return { value: runtimes.get(given.runtime), guessed: false };
  const fitting: Runtime[] = [];
  for (const runtime of runtimes.all) {
    const fits =
      given.handler !== undefined
        ? entryFile(runtime, folder.files, given.handler) !== undefined
        : (await runtime.guessHandler(folder)) !== undefined;
    if (fits) fitting.push(runtime);
  }
  const value =
    fitting.find((runtime) => runtime.name === before?.runtime) ??
    fitting.find((runtime) => entryFile(runtime, folder.files, `${runtime.mainName}.`) !== undefined) ??
    fitting[0];
  if (value !== undefined) return { value, guessed: true };
  const asked =
    given.handler === undefined
      ? 'no entry point of a supported language'
      : `no file for the handler "${given.handler}"`;
  throw unsupported(runtimes, `the code has ${asked}: say which language it is with \`runtime\``);
}

/** The handler: as configured, as before where the code still has it, or guessed. Throws `invalid_function` where nothing fits. */
export async function chooseHandler(runtime: Runtime, folder: CodeFolder, known: Known): Promise<Choice<string>> {
  const { given, before } = known;
  if (given.handler !== undefined) return { value: given.handler, guessed: false };
  if (before?.runtime === runtime.name && (await mentions(runtime, folder, before.handler))) {
    return { value: before.handler, guessed: false };
  }
  const value = await runtime.guessHandler(folder);
  if (value !== undefined) return { value, guessed: true };
  throw new Problem(
    'invalid_function',
    `the code has no entry point: define \`callme\` or \`handler\` in ${runtime.mainName}${runtime.fileEndings[0]}, or say which one it is with \`handler\` (file.export)`,
  );
}

/** The file that a handler (`file.export`) names, among `files`. */
function entryFile(runtime: Runtime, files: readonly string[], handler: string): string | undefined {
  const name = handler.slice(0, handler.lastIndexOf('.'));
  const ending = runtime.fileEndings.find((candidate) => files.includes(name + candidate));
  return ending === undefined ? undefined : name + ending;
}

async function mentions(runtime: Runtime, folder: CodeFolder, handler: string): Promise<boolean> {
  const file = entryFile(runtime, folder.files, handler);
  if (file === undefined) return false;
  const words = (await folder.read(file)).split(/[^A-Za-z0-9_$]+/);
  return words.includes(handler.slice(handler.lastIndexOf('.') + 1));
}

function unsupported(runtimes: Runtimes, why: string): Problem {
  const supported = runtimes.all.map((runtime) => runtime.name);
  const listed = runtimes.all.map((runtime) => `${runtime.name} (${runtime.fileEndings.join(', ')})`).join(', ');
  return new Problem('unsupported_runtime', `${why}; supported are ${listed}`, { details: { supported } });
}
