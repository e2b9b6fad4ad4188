import type { Command } from 'commander';
import type { NodeClient } from './client.ts';
import { clientOf, optionsOf } from './command-line.ts';
import { EXIT, Failure } from './failure.ts';
import { paint, print, printFailure, printJson } from './output.ts';

/** Things of one kind that a command removes. */
interface Removal {
  /** `secret`. */
  readonly kind: string;
  /** What to do about one that is missing. */
  readonly hint: string;
  remove(client: NodeClient, name: string): Promise<unknown>;
}

/** Removes each of these and says so. One that is missing does not keep the others; it is told, and makes the command fail. */
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
      if (!(error instanceof Failure) || error.exitCode !== EXIT.notFound) throw error;
      printFailure(`there is no ${kind} "${name}"`, hint);
      process.exitCode = error.exitCode;
    }
  }
  if (json) printJson({ removed });
}
