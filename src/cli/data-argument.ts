import { readFile } from 'node:fs/promises';
import { EXIT, Failure } from './failure.ts';

/** The bytes that an argument means: a text itself, `@file`, or `-` for standard input. */
export async function readData(argument: string): Promise<Buffer> {
  if (argument === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
  if (!argument.startsWith('@')) return Buffer.from(argument);
  const path = argument.slice(1);
  return readFile(path).catch((cause: unknown) => {
    throw new Failure(EXIT.notFound, `${path} cannot be read`, { cause });
  });
}

/** The content type that bytes from the command line have where none is given: JSON where they are, else text. */
export function guessedType(data: Buffer): string {
  try {
    JSON.parse(data.toString());
    return 'application/json';
  } catch {
    return 'text/plain; charset=UTF-8';
  }
}

/** `name=value`, given several times, as one object; anything else is a usage failure naming the option. */
export function pairsOf(option: string, given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals > 0) return [pair.slice(0, equals), pair.slice(equals + 1)];
      throw new Failure(EXIT.usage, `${option}: "${pair}" is not written as name=value`);
    }),
  );
}
