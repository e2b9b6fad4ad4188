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

/** Reads a line that is a JSON object; `undefined` for any other. `whole` leaves no field out. */
export function structured(text: string, whole = false): Structured | undefined {
  if (text.charCodeAt(0) !== 0x7b || text.length > MAX_CHARS) return undefined;
  let object: Record<string, unknown>;
  try {
    object = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const told = MESSAGE.find((name) => typeof object[name] === 'string');
  const fields = Object.entries(object)
    .filter(([name]) => name !== told && (whole || !TOLD.has(name)))
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const);
  return { fields, ...(told !== undefined && { message: object[told] as string }) };
}

const BARE = /^[A-Za-z_@$][\w.@$-]*$/;

/** The condition that a field has this value, in the language of `--where`; `undefined` where it cannot be said. */
export function conditionOf(name: string, value: unknown): string | undefined {
  if (!BARE.test(name) || value === null || typeof value === 'object') return undefined;
  return typeof value === 'string' ? `${name}=${JSON.stringify(value)}` : `${name}=${String(value)}`;
}
