/** What a function asks of the platform, as spans and the map say it. */
export interface CallDescription {
  /** Such as `put`, `send`, `invoke`. */
  readonly operation: string;
  /** Such as `bucket:photos`; without a name where it is about all of a kind. */
  readonly resource: string;
  /** Which object or key. */
  readonly item?: string;
}

const MAX_NAME = 128;
const MAX_ITEM = 256;
const KINDS: Readonly<Record<string, string>> = {
  buckets: 'bucket',
  queues: 'queue',
  topics: 'topic',
  kv: 'kv',
  functions: 'function',
};
const BY_METHOD: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'head',
  PUT: 'put',
  POST: 'post',
  DELETE: 'delete',
  PATCH: 'patch',
};
/** What the last word of a path means, by method. */
const BY_WORD: Readonly<Record<string, string>> = {
  'POST messages': 'send',
  'POST batch': 'send',
  'GET messages': 'peek',
  'DELETE messages': 'delete',
  'PATCH messages': 'change',
  'POST receive': 'receive',
  'POST publish': 'publish',
  'POST events': 'publish',
  'POST invoke': 'invoke',
};

/** Reads it off a request of the native API. */
export function describeNativeCall(method: string, url: string): CallDescription {
  const [, , kind = '', name = '', word = '', ...rest] = pathOf(url).split('/');
  const known = KINDS[kind];
  // Anything else is refused to functions.
  if (known === undefined) return { operation: BY_METHOD[method] ?? method, resource: 'api' };
  const resource = `${known}:${decoded(name).slice(0, MAX_NAME)}`;
  if (kind === 'buckets' && word === 'objects') {
    const operation = rest.length === 0 ? 'list' : (BY_METHOD[method] ?? method);
    return { operation, resource, ...itemOf(rest.join('/')) };
  }
  if (kind === 'kv') {
    const key = [word, ...rest].join('/');
    const operation = key === '' && method === 'GET' ? 'list' : (BY_METHOD[method] ?? method);
    return { operation, resource, ...itemOf(key) };
  }
  const operation = BY_WORD[`${method} ${word}`] ?? (word === '' ? (BY_METHOD[method] ?? method) : word.slice(0, 32));
  return { operation, resource };
}

/** Reads it off a request of an S3 client. */
export function describeS3Call(method: string, url: string): CallDescription {
  const [, bucket = '', ...rest] = pathOf(url).split('/');
  const resource = `bucket:${decoded(bucket).slice(0, MAX_NAME)}`;
  const key = rest.join('/');
  if (key === '') return { operation: method === 'GET' ? 'list' : (BY_METHOD[method] ?? method), resource };
  return { operation: BY_METHOD[method] ?? method, resource, ...itemOf(key) };
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

function itemOf(text: string): { item?: string } {
  return text === '' ? {} : { item: decoded(text).slice(0, MAX_ITEM) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
