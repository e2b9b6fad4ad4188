/** What a line says that is a JSON object: its message, and fields in their order. */
interface Structured {
  readonly message?: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const MESSAGE = ['msg', 'message', 'event', '@message', 'body'];
/** Said already by the line's level and time. */
const TOLD = new Set([
  ...['level', 'severity', 'lvl', 'levelname', 'log.level', 'loglevel', 'log_level', 'severity_text'],
  ...['time', 'timestamp', 'ts', '@timestamp', 'datetime', 'asctime', '@t'],
]);
/** Longer lines are shown as they are. */
const MAX_CHARS = 65_536;

/** Reads a line that is a JSON object, without what is told beside it; `undefined` for any other. */
export function structured(text: string): Structured | undefined {
  const object = objectOf(text);
  if (object === undefined) return undefined;
  const told = MESSAGE.find((name) => typeof object[name] === 'string');
  const fields = Object.entries(object)
    .filter(([name]) => name !== told && !TOLD.has(name))
    .map(([name, value]) => [name, written(value)] as const);
  return { fields, ...(told !== undefined && { message: object[told] as string }) };
}

/** One field of a line, by the name that a condition has for it: `user.id` is what `user` has as `id`. */
interface Field {
  readonly name: string;
  readonly value: string;
  /** The condition that a line has the same there; absent where it cannot be said. */
  readonly condition?: string;
}

const MAX_DEPTH = 4;
const MAX_FIELDS = 500;

/** Every field of a line that is a JSON object, those within others too, besides the message that `structured` tells. */
export function fieldsOf(text: string): readonly Field[] {
  const object = objectOf(text);
  if (object === undefined) return [];
  const told = MESSAGE.find((name) => typeof object[name] === 'string');
  const fields: Field[] = [];
  const add = (name: string, value: unknown, depth: number): void => {
    if (fields.length >= MAX_FIELDS) return;
    const inner = depth < MAX_DEPTH ? partsOf(value) : [];
    for (const [own, each] of inner) add(`${name}.${own}`, each, depth + 1);
    if (inner.length > 0) return;
    const condition = conditionOf(name, value);
    fields.push({ name, value: written(value), ...(condition !== undefined && { condition }) });
  };
  for (const [name, value] of Object.entries(object))
    if (name !== told) add(name, value, name.includes('.') ? MAX_DEPTH : 1);
  return fields;
}

/** What an object has; nothing for any other value, and where a path does not lead to it. */
function partsOf(value: unknown): readonly (readonly [name: string, value: unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const parts = Object.entries(value);
  return parts.some(([name]) => name.includes('.')) ? [] : parts;
}

function objectOf(text: string): Record<string, unknown> | undefined {
  if (text.charCodeAt(0) !== 0x7b || text.length > MAX_CHARS) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const BARE = /^[A-Za-z_@$][\w.@$-]*$/;

/** The condition that a field has this value, in the language of `--where`; `undefined` where it cannot be said. */
function conditionOf(name: string, value: unknown): string | undefined {
  if (!BARE.test(name) || value === null || typeof value === 'object') return undefined;
  return typeof value === 'string' ? `${name}=${JSON.stringify(value)}` : `${name}=${String(value)}`;
}
