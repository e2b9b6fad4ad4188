import type { Check, Mount } from '../model/machine.ts';

/** How one language is run: one folder under `runtime/`, whose `runtime.ts` exports one of these. */
export interface Runtime {
  /** Canonical name, such as `python`. */
  readonly name: string;
  /** Other names that people type, lower case: `python3`, `py`, `nodejs20.x` … */
  matches(name: string): boolean;
  /** The ending (of `fileEndings`) of an inline text whose language was asked for by `name`, such as `.ts` for `typescript`; where absent or `undefined`, the most usual one. */
  endingFor?(name: string): string | undefined;
  /** Endings of source files, most usual first, with the dot. */
  readonly fileEndings: readonly string[];
  /** File name (without ending) of an inline text, and the default entry file of a folder. */
  readonly mainName: string;
  /** Whether a sandbox that was started at one size may run a function of another; not where the interpreter is told its size at its start. */
  readonly resizable: boolean;
  /** What the interpreter prints when it ends itself because its own heap limit is reached: to the user that is out of memory. */
  readonly heapExhausted?: RegExp;
  /** How sure this runtime is that a text without a file name is written in its language, 0 (not) to 1. */
  recognise(source: string): number;
  /** Finds the interpreter on this machine. Rejects with `unsupported_runtime` saying how to install it. */
  locate(): Promise<Interpreter>;
  /** What a folder of code needs before it runs, in order; empty where nothing. Paths are inside the build sandbox, where the code stands writable in `/build`. */
  plan(folder: CodeFolder, handler: string): Promise<BuildStep[]>;
  /** Guesses the handler (`file.export`) of a folder or an inline text; `undefined` where nothing fits. */
  guessHandler(folder: CodeFolder): Promise<string | undefined>;
  check(): Promise<Check[]>;
}

/** An interpreter found on this machine, and how a sandbox starts the driver with it. */
export interface Interpreter {
  readonly version: string;
  /** Program and arguments that start the driver in a sandbox of this size, as paths inside it. */
  command(memoryMb: number): readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Host paths that the interpreter and the driver need, read-only. */
  readonly mounts: readonly Mount[];
}

/** A read-only view of an unpacked folder of code. Paths are relative, with `/`. */
export interface CodeFolder {
  readonly files: readonly string[];
  read(path: string): Promise<string>;
}

/** One command run in a build sandbox. */
export interface BuildStep {
  /** Shown as progress, such as `npm ci`. */
  readonly title: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly needsNetwork: boolean;
  /** Where the step only installs dependencies: the files whose content decides the result, and the folder (relative to the code) that it fills, so that equal locks install once. */
  readonly cache?: { readonly lockFiles: readonly string[]; readonly folder: string };
}

/** The runtimes that a node offers. */
export interface Runtimes {
  /** In order of preference where a text could be several languages. */
  readonly all: readonly Runtime[];
  /** The runtime that answers to a name. Throws `unsupported_runtime` with the list of supported ones. */
  get(name: string): Runtime;
}
