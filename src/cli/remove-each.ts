import type { Command } from 'commander';
import type { NodeClient } from './client.ts';
import { clientOf, optionsOf } from './command-line.ts';
import { EXIT, Failure } from './failure.ts';
import { paint, print, printFailure, printJson } from './output.ts';

/** Things of one kind that a command removes. */
interface Removal {
  /** `secret`. */
  readonly kind: string;
  /** What to do about one that is missing; absent where `remove` says it itself. */
  readonly hint?: string;
  remove(client: NodeClient, name: string): Promise<unknown>;
}

/** Removes each of these and says so. One that cannot be removed does not keep the others; it is told, and makes the command fail. */
export async function removeEach(
  names: readonly string[],
  self: Command,
  { kind, hint, remove }: Removal,
): Promise<void> {
  const client = await clientOf(self);
  const { json } = optionsOf(self);
  const removed: string[] = [];
  for (const name of names) {
    try {
      await remove(client, name);
      removed.push(name);
      if (!json) print(`${paint('green', '✔')} the ${kind} ${name} is removed`);
    } catch (error) {
      // Where no node answers, none does for the next one.
      if (!(error instanceof Failure) || error.exitCode === EXIT.unreachable) throw error;
      if (error.exitCode === EXIT.notFound && hint !== undefined) printFailure(`there is no ${kind} "${name}"`, hint);
      else printFailure(error.message, error.hint);
      process.exitCode = error.exitCode;
    }
  }
  if (json) printJson({ removed });
}
