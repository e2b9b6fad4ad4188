import { readFile } from 'node:fs/promises';
import { closest } from '../../model/suggest.ts';
import { EXIT, Failure } from '../failure.ts';
import { parseDurationMs } from '../human.ts';
import type { OptionSchema, TypeView } from './api.ts';

/** What stands behind a type on the command line: words, and the type's own options. */
interface TypeArguments {
  readonly words: string[];
  readonly options: Record<string, unknown>;
}

/**
 * Reads what follows a type: words as they are, and options such as `--prefix photos/` or `--jitter 30s`, which the type's
 * schema knows. Throws a usage failure for one that it does not.
 */
export async function readTypeArguments(type: TypeView, given: readonly string[]): Promise<TypeArguments> {
  const words: string[] = [];
  const options: Record<string, unknown> = {};
  for (let at = 0; at < given.length; at++) {
    const word = given[at]!;
    if (!word.startsWith('--') || word === '--') {
      if (word !== '--') words.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const flag = equals === -1 ? word : word.slice(0, equals);
    const { name, schema } = optionOf(type, flag);
    let text = equals === -1 ? undefined : word.slice(equals + 1);
    if (text === undefined && schema.type === 'boolean') text = 'true';
    text ??= given[++at];
    if (text === undefined) throw new Failure(EXIT.usage, `${flag} needs a value`);
    await setOption(options, name, schema, text, flag);
  }
  return { words, options };
}

/** Reads `--set name=value` options. */
export async function readSettings(
  type: TypeView,
  given: readonly string[],
  options: Record<string, unknown>,
): Promise<void> {
  for (const pair of given) {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new Failure(EXIT.usage, `--set: "${pair}" is not written as option=value`);
    const name = pair.slice(0, equals);
    const found = optionOf(type, `--${kebab(name)}`);
    await setOption(options, found.name, found.schema, pair.slice(equals + 1), `--set ${name}`);
  }
}

/** A type's options as the command line names them, such as `--content-type`. */
export function flagsOf(type: TypeView): { flag: string; name: string; schema: OptionSchema }[] {
  return Object.entries(type.options.properties ?? {}).map(([name, schema]) => ({
    flag: `--${kebab(isDuration(name, schema) ? name.slice(0, -2) : name)}`,
    name,
    schema,
  }));
}

function optionOf(type: TypeView, flag: string): { name: string; schema: OptionSchema } {
  const flags = flagsOf(type);
  const found = flags.find((each) => each.flag === flag || `--${kebab(each.name)}` === flag);
  if (found !== undefined) return found;
  const known = flags.map((each) => each.flag);
  const meant = closest(flag, known);
  throw new Failure(EXIT.usage, `a ${type.name} trigger has no option ${flag}; it has ${known.join(', ') || 'none'}`, {
    hint: meant === undefined ? `fob trigger types ${type.name} shows them` : `did you mean ${meant}?`,
  });
}

async function setOption(
  options: Record<string, unknown>,
  name: string,
  schema: OptionSchema,
  text: string,
  flag: string,
): Promise<void> {
  if (schema.type !== 'array') {
    options[name] = await typedValue(name, schema, text, flag);
    return;
  }
  const items = schema.items ?? {};
  const list = (options[name] as unknown[] | undefined) ?? [];
  // A list of texts is written with commas, or by giving the option several times.
  const texts = items.type === 'object' ? [text] : text.split(',');
  options[name] = [...list, ...(await Promise.all(texts.map((each) => typedValue(name, items, each, flag))))];
}

async function typedValue(name: string, schema: OptionSchema, text: string, flag: string): Promise<unknown> {
  if (schema.format === 'secret' && text.startsWith('@')) return secretFile(text.slice(1));
  if (isDuration(name, schema) && !/^\d+$/.test(text)) return parseDurationMs(text, flag);
  switch (schema.type) {
    case 'integer':
    case 'number': {
      const value = Number(text);
      if (text.trim() !== '' && Number.isFinite(value)) return value;
      throw new Failure(EXIT.usage, `${flag}: "${text}" is no number`);
    }
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw new Failure(EXIT.usage, `${flag}: "${text}" is neither true nor false`);
    case 'object':
      return parseJsonOption(text, flag);
    default:
      // A choice of numbers says no type.
      return schema.enum?.find((each) => String(each) === text) ?? text;
  }
}

/** A JSON value on the command line. */
export function parseJsonOption(text: string, flag: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure(EXIT.usage, `${flag}: this is no JSON: ${text.slice(0, 80)}`, { cause });
  }
}

async function secretFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Failure(EXIT.notFound, `${path} cannot be read`, { cause });
  });
  return text.replace(/\r?\n$/, '');
}

function isDuration(name: string, { type }: OptionSchema): boolean {
  return name.endsWith('Ms') && (type === 'integer' || type === 'number');
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
