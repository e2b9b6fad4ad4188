import { AwsError } from './aws-error.ts';

/** A request target, taken apart: everything here is decoded. */
export interface Target {
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
}

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const MAX_PARAMETERS = 200;

/** Takes a request's URL apart; `InvalidURI` where it is not percent-encoded UTF-8. */
export function parseTarget(url: string): Target {
  if (!url.startsWith('/')) throw new AwsError(400, 'InvalidURI', "Couldn't parse the specified URI.");
  const mark = url.indexOf('?');
  const path = decode(mark === -1 ? url : url.slice(0, mark));
  const search = mark === -1 ? '' : url.slice(mark + 1);
  const parts = search.split('&').filter((part) => part !== '');
  if (parts.length > MAX_PARAMETERS) throw new AwsError(400, 'InvalidURI', 'There are too many query parameters');
  const query = parts.map((part) => {
    const equals = part.indexOf('=');
    const name = equals === -1 ? part : part.slice(0, equals);
    return [decodeForm(name), equals === -1 ? '' : decodeForm(part.slice(equals + 1))] as const;
  });
  return { path, query };
}

/** The value of a query parameter; the first where there are several. */
export function queryValue(target: Target, name: string): string | undefined {
  return target.query.find(([each]) => each === name)?.[1];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new AwsError(400, 'InvalidURI', "Couldn't parse the specified URI.", { cause });
  }
}

function decodeForm(text: string): string {
  return decode(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** Percent-encodes as signatures demand: everything but letters, digits and `-._~`. */
export function uriEncode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `uriEncode`, keeping slashes. */
export function uriEncodePath(path: string): string {
  return path.split('/').map(uriEncode).join('/');
}

/** Parameters in the order and spelling of the canonical request, without the signature itself. */
function canonicalQuery(query: Target['query']): string {
  return query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, av], [b, bv]) => (a === b ? compare(av, bv) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The canonical request of Signature Version 4. Header values are one character a byte, as they came: what is signed are bytes.
 * `headers` are of lower-case names; several values of a name are joined by commas.
 */
export function canonicalRequest(
  request: {
    readonly method: string;
    readonly target: Target;
    readonly headers: ReadonlyMap<string, string>;
    readonly payloadHash: string;
  },
  signedHeaders: readonly string[],
  options: { readonly encodePathTwice: boolean },
): string {
  const path = uriEncodePath(request.target.path) || '/';
  return [
    request.method,
    options.encodePathTwice ? uriEncodePath(path) : path,
    canonicalQuery(request.target.query),
    ...signedHeaders.map((name) => `${name}:${(request.headers.get(name) ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
}

/** Headers by lower-case name from alternating names and values. */
export function joinHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/**
 * Headers together with those that a presigned URL carries in its query instead (`x-amz-meta-…` and the like): a URL cannot
 * make its user send any. What describes the signature itself is none.
 */
export function withHoisted(headers: ReadonlyMap<string, string>, target: Target): ReadonlyMap<string, string> {
  const hoisted = target.query
    .map(([name, value]) => [name.toLowerCase(), Buffer.from(value).toString('latin1')] as const)
    .filter(([name]) => HOISTED.test(name) && !ABOUT_SIGNATURE.has(name) && !headers.has(name))
    // AWS's client for JavaScript signs URLs for uploads with the check of an empty body, whatever is to be sent.
    .filter(([name, value]) => name !== 'x-amz-checksum-crc32' || value !== CRC32_OF_NOTHING);
  return hoisted.length === 0 ? headers : new Map([...headers, ...hoisted]);
}
const CRC32_OF_NOTHING = 'AAAAAA==';
const HOISTED = /^(?:x-amz-.*|content-(?:type|md5))$/;
const ABOUT_SIGNATURE = new Set(
  ['algorithm', 'credential', 'date', 'expires', 'signature', 'signedheaders'].map((name) => `x-amz-${name}`),
);
