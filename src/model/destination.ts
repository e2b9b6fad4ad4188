import { Problem } from './problem.ts';

/**
 * Where something can be sent, as one text: `function:<name>`, `queue:<name>`, `topic:<name>`, `bucket:<name>[/<prefix>]`,
 * or an `http://` or `https://` address.
 */
export const DESTINATION_PATTERN =
  '^(?:(?:function|queue|topic):[A-Za-z0-9][A-Za-z0-9._-]{0,127}|bucket:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[^\\u0000-\\u001f]{0,512})?|https?://[^\\s]{1,2000})$';

export type Destination =
  | { readonly kind: 'function' | 'queue' | 'topic'; readonly name: string }
  | { readonly kind: 'bucket'; readonly name: string; readonly prefix: string }
  | { readonly kind: 'url'; readonly url: string };

const form = new RegExp(DESTINATION_PATTERN);

/** Reads a destination; `invalid_request` where it is none. */
export function parseDestination(text: string): Destination {
  if (!form.test(text)) {
    throw new Problem(
      'invalid_request',
      `'${text.slice(0, 200)}' is no destination: write function:<name>, queue:<name>, topic:<name>, bucket:<name>/<prefix>, or an http(s) address`,
    );
  }
  if (text.startsWith('http')) return { kind: 'url', url: text };
  const colon = text.indexOf(':');
  const kind = text.slice(0, colon) as 'function' | 'queue' | 'topic' | 'bucket';
  const name = text.slice(colon + 1);
  if (kind !== 'bucket') return { kind, name };
  const slash = name.indexOf('/');
  return slash === -1
    ? { kind, name, prefix: '' }
    : { kind, name: name.slice(0, slash), prefix: name.slice(slash + 1) };
}
