import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../../model/problem.ts';
import type { ByteRange, Conditions, GetOptions, ObjectView, PutOptions } from '../../../service/bucket/buckets.ts';

const META = 'fob-meta-';
/** What is kept of a request's headers and given back with the object. */
const KEPT = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'cache-control',
  'expires',
] as const;
const HEADER_TEXT = /^[\x20-\x7e]{0,4096}$/;

/** What the headers of an upload say of the object. */
export function putOptionsOf(headers: IncomingHttpHeaders): PutOptions {
  const kept = KEPT.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]));
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(META) && typeof value === 'string' ? [[name.slice(META.length), value] as const] : [],
  );
  const md5 = headers['content-md5'];
  const length = headers['content-length'];
  const conditions = conditionsOf(headers);
  return {
    headers: Object.fromEntries(kept),
    metadata: Object.fromEntries(metadata),
    disposable: true,
    ...(length !== undefined && { bytes: Number(length) }),
    ...(typeof md5 === 'string' && { expect: { md5 } }),
    ...(conditions !== undefined && { conditions }),
  };
}

/** What the headers of a download ask for; a range that is none of one piece of bytes is ignored, as HTTP has it. */
export function getOptionsOf(headers: IncomingHttpHeaders, versionId: string | undefined): GetOptions {
  const conditions = conditionsOf(headers);
  const range = rangeOf(headers.range);
  return {
    ...(versionId !== undefined && { versionId }),
    ...(conditions !== undefined && { conditions }),
    ...(range !== undefined && { range }),
  };
}

/** The head of an answer that shows an object. Its contents are hostile: no browser may take them for a page of this node. */
export function objectHeaders(view: ObjectView, range: ByteRange | undefined): Record<string, string> {
  const kept = Object.entries(view.headers).filter(
    ([name, value]) => (KEPT as readonly string[]).includes(name) && HEADER_TEXT.test(value),
  );
  const metadata = Object.entries(view.metadata).flatMap(([name, value]) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) && HEADER_TEXT.test(value) ? [[`${META}${name}`, value] as const] : [],
  );
  const { first, last } = range ?? { first: 0, last: view.bytes - 1 };
  return {
    'content-type': 'application/octet-stream',
    ...Object.fromEntries(kept),
    ...Object.fromEntries(metadata),
    'content-length': String(last - first + 1),
    ...(range !== undefined && { 'content-range': `bytes ${first}-${last}/${view.bytes}` }),
    'accept-ranges': 'bytes',
    etag: `"${view.etag}"`,
    'last-modified': new Date(view.lastModifiedMs).toUTCString(),
    ...(view.versionId !== undefined && { 'fob-version-id': view.versionId }),
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  };
}

function conditionsOf(headers: IncomingHttpHeaders): Conditions | undefined {
  const conditions = {
    ifMatch: etagsOf(headers['if-match']),
    ifNoneMatch: etagsOf(headers['if-none-match']),
    ifModifiedSinceMs: dateOf(headers['if-modified-since']),
    ifUnmodifiedSinceMs: dateOf(headers['if-unmodified-since']),
  };
  const given = Object.entries(conditions).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function etagsOf(header: string | undefined): string[] | undefined {
  return header?.split(',').map((etag) => etag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1'));
}

function dateOf(header: string | undefined): number | undefined {
  const timeMs = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function rangeOf(header: string | undefined): GetOptions['range'] {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first !== '') {
    if (last !== '' && Number(last) < Number(first)) return undefined;
    return { first: Number(first), ...(last !== '' && { last: Number(last) }) };
  }
  return last === '' ? undefined : { suffixBytes: Number(last) };
}

/** The key in a request's path, exactly as it was sent: a slash is one whether it was percent-encoded or not. */
export function keyOf(url: string): string {
  const path = url.split('?', 1)[0]!;
  const encoded = path.split('/').slice(5).join('/');
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw new Problem('invalid_request', 'the key in the path is not percent-encoded UTF-8', { cause });
  }
}
