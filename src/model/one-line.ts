/**
 * A text that stands in lists, messages and on terminals as a name: without control characters and line breaks, and without
 * what nobody sees or what reorders the letters around it. Joiners, which scripts and emoji need, are in order.
 */
const UNSEEN = '\\u0000-\\u001f\\u007f-\\u009f\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff';
export const ONE_LINE_PATTERN = `^[^${UNSEEN}]*$`;
/** One of its characters, for patterns of which such a text is a part. */
export const ONE_LINE_CHARACTER = `[^${UNSEEN}]`;
/** As it stands in messages. */
export const ONE_LINE_WORDS =
  'without control characters, line breaks, and characters that are invisible or reorder the others';

/** A path of a route, with its parameters. */
export const ROUTE_PATH_PATTERN = `^/[^?#\\s${UNSEEN}]{0,500}$`;
/** What an environment can hold. */
export const ENVIRONMENT_VALUE_PATTERN = '^[^\\u0000]*$';
