import type { Command } from 'commander';
import { createClient, type NodeClient } from './client.ts';
import { storedLogin } from './credentials.ts';
import { EXIT, Failure } from './failure.ts';
import { UNIX } from './operator-socket.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly url: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** The options that stand on the command line, those of every command included. */
export function optionsOf<T = unknown>(command: Command): GlobalOptions & T {
  return command.optsWithGlobals();
}

/** A client of the node that the command line names. */
export function clientOf(command: Command): Promise<NodeClient> {
  const { url, token } = optionsOf(command);
  return createClient(url, tokenFor(url, token));
}

/** The token for a node: of the command line, of the environment, or of whoever is logged in there. */
export function tokenFor(url: string, given: string | undefined): string | undefined {
  return given ?? (process.env.FOB_TOKEN || storedLogin(url)?.token);
}

/** A client for commands that take `--data <folder>`: the operator's socket in it, which needs no credential. */
export function operatorClientOf(command: Command): Promise<NodeClient> {
  const { data } = optionsOf<{ data?: string }>(command);
  return data === undefined ? clientOf(command) : createClient(UNIX + data, undefined);
}

/** An option that may be given several times, as a list. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** A whole number of at least `minimum`; anything else is a usage failure naming the option. */
export function wholeNumber(option: string, minimum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum)) {
      throw new Failure(EXIT.usage, `${option}: "${text}" is no whole number of at least ${minimum}`);
    }
    return value;
  };
}

/** One of several words; anything else is a usage failure naming the option. */
export function oneOf(option: string, choices: readonly string[]): (text: string) => string {
  return (text) => {
    if (choices.includes(text)) return text;
    throw new Failure(EXIT.usage, `${option}: "${text}" is none of ${choices.join(', ')}`);
  };
}

/** Help text with examples: a command and what it does, beside each other where the terminal is wide enough. */
export function examples(...lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const fits = lines.every(([, what]) => width + what.length + 4 <= (process.stdout.columns || 80));
  const shown = lines.map(([command, what]) => {
    if (what === '') return `  ${command}`;
    return fits ? `  ${command.padEnd(width)}  ${what}` : `  ${command}\n      ${what}`;
  });
  return `\nExamples:\n${shown.join('\n')}`;
}
