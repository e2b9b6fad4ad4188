/** What the command line's exit codes mean. Scripts rely on them: they never change. */
export const EXIT = {
  ok: 0,
  /** The function ran and failed, timed out, ran out of memory or crashed. */
  functionFailed: 1,
  /** The command line itself was wrong, or a value of it that the node refused for its shape. */
  usage: 2,
  /** There is no such function, invocation or file. */
  notFound: 3,
  /** No node answers. */
  unreachable: 4,
  /** The node, or this machine, refused or could not do it. */
  refused: 5,
  /** `fob plan --detailed-exitcode`: there is something to change. */
  changes: 6,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that cannot do what it was asked: its message and hint are printed, and its code ends the process. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  /** What to do about it, on a line of its own. */
  readonly hint: string | undefined;
  /** The error as `--json` prints it, where the node gave one. */
  readonly body: unknown;

  constructor(exitCode: ExitCode, message: string, options: { hint?: string; body?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = exitCode;
    this.hint = options.hint;
    this.body = options.body;
  }
}
