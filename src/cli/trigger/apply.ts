import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { targetOf } from '../../model/trigger.ts';
import type { NodeClient } from '../client.ts';
import { EXIT, Failure } from '../failure.ts';
import { sendJson } from '../send-json.ts';
import { allTriggers, allTypes, type OptionSchema, type TriggerView, triggerPath, typeNamed } from './api.ts';

/** A trigger as a file says it. */
interface Written {
  readonly name: string;
  readonly function: string;
  readonly type: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** What is to be done about one trigger of a file. */
export interface Change {
  readonly kind: 'create' | 'change' | 'keep';
  readonly name: string;
  /** What differs, one line each. */
  readonly differences: readonly string[];
  readonly document: Written;
  readonly revision?: number;
}

const FIELDS = ['filter', 'mapping', 'orderBy', 'delivery'] as const;
const MAX_TRIGGERS = 10_000;

/** Reads the triggers of a YAML or JSON file: a list, or a list under `triggers`. A text `${NAME}` is the environment variable's value. */
export function readTriggerFile(text: string, environment: Readonly<Record<string, string | undefined>>): Written[] {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    throw new Failure(EXIT.usage, `the file cannot be read: ${(cause as Error).message}`, { cause });
  }
  const list = Array.isArray(content) ? content : (content as { triggers?: unknown } | null)?.triggers;
  if (!Array.isArray(list))
    throw new Failure(EXIT.usage, 'the file has no list of triggers: write `triggers:` and a list');
  if (list.length > MAX_TRIGGERS) throw new Failure(EXIT.usage, `the file has more than ${MAX_TRIGGERS} triggers`);
  const names = new Set<string>();
  return list.map((each: unknown, index) => {
    const written = filled(each, environment) as Partial<Written> | null;
    for (const field of ['name', 'function', 'type'] as const) {
      if (typeof written?.[field] === 'string') continue;
      throw new Failure(EXIT.usage, `trigger ${index + 1} of the file has no ${field}`);
    }
    const complete = written as Written;
    if (names.has(complete.name)) throw new Failure(EXIT.usage, `the file has two triggers "${complete.name}"`);
    names.add(complete.name);
    return complete;
  });
}

/** Compares what is written with what the node has. */
export async function planChanges(client: NodeClient, written: readonly Written[]): Promise<Change[]> {
  const [types, triggers] = await Promise.all([allTypes(client), allTriggers(client)]);
  return written.map((document): Change => {
    const { name } = document;
    const schema = typeNamed(types, document.type).options;
    const current = triggers.find((each) => each.name === name);
    if (current === undefined) return { kind: 'create', name, differences: [], document };
    const differences = differencesOf(document, current, schema);
    const kind = differences.length === 0 ? 'keep' : 'change';
    return { kind, name, differences, document, revision: current.revision };
  });
}

/** Makes one change; the node refuses it where the trigger was changed since the plan was made. */
export async function applyChange(client: NodeClient, { kind, name, document, revision }: Change): Promise<void> {
  if (kind === 'keep') return;
  const { name: _name, ...body } = document;
  const demand = kind === 'create' ? { 'if-none-match': '*' } : { 'if-match': `"${revision}"` };
  await sendJson(client, 'PUT', triggerPath(name), body, demand as Record<string, string>);
}

function differencesOf(document: Written, current: TriggerView, schema: OptionSchema): string[] {
  const found: string[] = [];
  const compare = (what: string, now: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(now, wanted)) found.push(`${what}: ${shown(now)} → ${shown(wanted)}`);
  };
  compare('type', current.type, document.type);
  compare('function', targetOf(current), document.function);
  compare('enabled', current.enabled, document.enabled ?? true);
  for (const field of FIELDS) compare(field, current[field], document[field] ?? undefined);
  const properties = schema.properties ?? {};
  for (const name of new Set([...Object.keys(properties), ...Object.keys(document.options ?? {})])) {
    const option = properties[name];
    const wanted = document.options?.[name] ?? option?.default;
    if (option?.format !== 'secret') compare(`options.${name}`, current.options[name], wanted);
    // A secret is never shown, so nobody can say whether it differs.
    else if (wanted !== undefined && wanted !== '' && wanted !== '(secret)') found.push(`options.${name} is set again`);
  }
  return found;
}

/** A copy in which texts such as `${NAME}` are replaced. */
function filled(value: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') {
    const name = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(value)?.[1];
    if (name === undefined) return value;
    const found = environment[name];
    if (found === undefined)
      throw new Failure(EXIT.usage, `the file asks for the environment variable ${name}, which is not set`);
    return found;
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, environment)]));
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
