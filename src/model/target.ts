/**
 * What a call names: a function by its name or id, alone (what serves is meant) or with a qualifier behind a colon: the
 * number of a version, the name of an alias, or `LATEST` (also `$LATEST`) for what serves. `hello`, `hello:3`, `hello:prod`.
 */
const NAME = '[A-Za-z0-9][A-Za-z0-9_-]{0,63}';
const QUALIFIER = `(?:\\$?LATEST|${NAME})`;

export const TARGET_PATTERN = `^${NAME}(?::${QUALIFIER})?$`;
export const QUALIFIER_PATTERN = `^${QUALIFIER}$`;
/** An alias must not be taken for a number, nor for what serves. */
export const ALIAS_NAME_PATTERN = `^(?![0-9]+$)(?![Ll][Aa][Tt][Ee][Ss][Tt]$)${NAME}$`;

export const LATEST = 'LATEST';

export interface Target {
  /** A function's name or id. */
  readonly function: string;
  /** Absent: what serves. */
  readonly qualifier?: string;
}

/** Takes a target apart; nothing is checked. */
export function parseTarget(text: string): Target {
  const colon = text.indexOf(':');
  return colon === -1 ? { function: text } : { function: text.slice(0, colon), qualifier: text.slice(colon + 1) };
}

/** A target as one text. */
export function formatTarget({ function: name, qualifier }: Target): string {
  return qualifier === undefined ? name : `${name}:${qualifier}`;
}

/** Whether a qualifier means what serves. */
export function meansLatest(qualifier: string): boolean {
  return qualifier === LATEST || qualifier === '$LATEST';
}

/** The number of the version that a qualifier means; `undefined` where it is an alias or what serves. */
export function versionNumber(qualifier: string): number | undefined {
  return /^[1-9][0-9]{0,8}$/.test(qualifier) ? Number(qualifier) : undefined;
}
