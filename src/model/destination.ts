import { Problem } from './problem.ts';
import { parseTarget } from './target.ts';

/**
 * Where something can be sent, as one text: `function:<name>[:<qualifier>]`, `queue:<name>`, `topic:<name>`, `bucket:<name>[/<prefix>]`,
 * or an `http://` or `https://` address.
 */
export const DESTINATION_PATTERN =
  '^(?:(?:function|queue|topic):[A-Za-z0-9][A-Za-z0-9._-]{0,127}|function:[A-Za-z0-9][A-Za-z0-9_-]{0,63}:(?:\\$?LATEST|[A-Za-z0-9][A-Za-z0-9_-]{0,63})|bucket:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[^\\u0000-\\u001f]{0,512})?|https?://[^\\s]{1,2000})$';

export type Destination =
  | { readonly kind: 'queue' | 'topic'; readonly name: string }
  /** With the number of a version, or the name of an alias, where one is meant. */
  | { readonly kind: 'function'; readonly name: string; readonly qualifier?: string }
  | { readonly kind: 'bucket'; readonly name: string; readonly prefix: string }
  | { readonly kind: 'url'; readonly url: string };

const form = new RegExp(DESTINATION_PATTERN);

/** Reads a destination; `invalid_request` where it is none. */
export function parseDestination(text: string): Destination {
  if (!form.test(text)) {
    throw new Problem(
      'invalid_request',
      `'${text.slice(0, 200)}' is no destination: write function:<name> or function:<name>:<alias>, queue:<name>, topic:<name>, bucket:<name>/<prefix>, or an http(s) address`,
    );
  }
  if (text.startsWith('http')) return { kind: 'url', url: text };
  const colon = text.indexOf(':');
  const kind = text.slice(0, colon) as 'function' | 'queue' | 'topic' | 'bucket';
  const name = text.slice(colon + 1);
  if (kind === 'function') {
    const { function: fn, qualifier } = parseTarget(name);
    return { kind, name: fn, ...(qualifier !== undefined && { qualifier }) };
  }
  if (kind !== 'bucket') return { kind, name };
  const slash = name.indexOf('/');
  return slash === -1
    ? { kind, name, prefix: '' }
    : { kind, name: name.slice(0, slash), prefix: name.slice(slash + 1) };
}
