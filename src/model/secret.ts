/** A secret's name. */
export const SECRET_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$';
/** Functions that may have a secret, by name; `*` at the end stands for any rest. */
export const SECRET_FUNCTIONS_PATTERN = '^(?:\\*|[A-Za-z0-9][A-Za-z0-9_-]{0,63}\\*?)$';

export const SECRET_LIMITS = {
  /** Largest value, in bytes. */
  bytes: 32_768,
  /** Versions that are kept beside those that functions name. */
  versions: 10,
  /** Patterns of functions that one secret names. */
  functions: 100,
  count: 1_000,
} as const;

/** Values with fewer characters are not redacted: they would be found in whatever has nothing to do with them. */
export const SHORTEST_REDACTED = 6;

/** Which secret, and which of its versions, a function wants; without a version the newest. */
interface SecretReference {
  readonly name: string;
  readonly version?: number;
}

/** Reads `<name>` or `<name>@<version>`. */
export function parseSecretReference(text: string): SecretReference {
  const at = text.lastIndexOf('@');
  return at === -1 ? { name: text } : { name: text.slice(0, at), version: Number(text.slice(at + 1)) };
}

/** Whether a name fits any of the patterns; `*` at the end of one stands for any rest. */
export function fitsPattern(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

/** A secret as it is shown: never with a value. */
export interface SecretView {
  readonly name: string;
  readonly revision: number;
  readonly description: string;
  /** Functions that may have it, as patterns, besides those whose execution role has it. */
  readonly functions: readonly string[];
  readonly createdAtMs: number;
  /** Oldest first; the last one is what functions get that name no version. */
  readonly versions: readonly SecretVersionView[];
}

interface SecretVersionView {
  readonly version: number;
  readonly createdAtMs: number;
  /** Who set it. */
  readonly by: string;
  readonly bytes: number;
  /** Long enough to be told from other text, so that it is taken out of logs. */
  readonly redacted: boolean;
  /** The version whose value it has again. */
  readonly restoredFrom?: number;
}
