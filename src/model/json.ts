/** JSON may be nested so deep; what is deeper could not be written again, or read by every language's parser. */
export const MAX_JSON_DEPTH = 256;

/** Parses a JSON text. Throws `SyntaxError` for what is none, and for what is nested deeper than `MAX_JSON_DEPTH`. */
export function parseJsonText(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isTooDeep(value)) throw new SyntaxError(`it is nested deeper than ${MAX_JSON_DEPTH} levels`);
  return value;
}

/** Whether a JSON value is nested deeper than `MAX_JSON_DEPTH`. */
export function isTooDeep(value: unknown): boolean {
  return isDeeperThan(value, MAX_JSON_DEPTH);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const each of Array.isArray(value) ? value : Object.values(value))
    if (isDeeperThan(each, levels - 1)) return true;
  return false;
}

/** Whether a JSON value is an object: neither a list nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
