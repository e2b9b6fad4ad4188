import { isObject } from '../json.ts';

/** What a function answered to an HTTP request, ready to be sent. */
interface HttpAnswer {
  readonly status: number;
  /** Names and values, cookies included. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** Headers that belong to the connection, not to the answer; the server sets them itself. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,8192}$/;
const MAX_HEADERS = 100;

/**
 * Reads a function's result as Lambda function URLs do (payload format 2.0): an object with `statusCode` says everything
 * itself (`headers`, `cookies`, `body`, `isBase64Encoded`); any other JSON is the body, a text without its quotes
 * and as what it is (Lambda calls it JSON).
 * Bytes of another content type are the body as they are. Undefined where the object says what HTTP cannot.
 */
export function httpAnswer(payload: Buffer, contentType: string): HttpAnswer | undefined {
  try {
    return read(payload, contentType);
  } catch {
    // JSON that is none, or a field that will not become a text, such as `{"toString": 1}`.
    return undefined;
  }
}

function read(payload: Buffer, contentType: string): HttpAnswer | undefined {
  const isJson = contentType === '' || /^application\/json\b/i.test(contentType);
  if (!isJson) {
    return HEADER_VALUE.test(contentType)
      ? { status: 200, headers: [['Content-Type', contentType]], body: payload }
      : undefined;
  }
  // Most results are no answer objects: these pass without being parsed.
  const first = payload[0];
  if (first === 0x22) {
    const text: string = JSON.parse(payload.toString());
    return { status: 200, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: Buffer.from(text) };
  }
  if (first !== 0x7b || !payload.includes('"statusCode"')) return plainJson(payload);
  const value = JSON.parse(payload.toString()) as Record<string, unknown>;
  return value.statusCode === undefined ? plainJson(payload) : answerOf(value);
}

function plainJson(payload: Buffer): HttpAnswer {
  return { status: 200, headers: [['Content-Type', 'application/json']], body: payload };
}

function answerOf(value: Record<string, unknown>): HttpAnswer | undefined {
  const status = Number(value.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const headers: [string, string][] = [];
  for (const [name, given] of Object.entries({ ...asRecord(value.headers), ...asRecord(value.multiValueHeaders) })) {
    for (const each of Array.isArray(given) ? given : [given]) headers.push([name, String(each)]);
  }
  for (const cookie of Array.isArray(value.cookies) ? value.cookies : []) headers.push(['Set-Cookie', String(cookie)]);
  const kept = headers.filter(([name]) => !CONNECTION_HEADERS.has(name.toLowerCase()));
  if (kept.length > MAX_HEADERS || !kept.every(([name, text]) => HEADER_NAME.test(name) && HEADER_VALUE.test(text))) {
    return undefined;
  }
  const { body = '' } = value;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (!kept.some(([name]) => name.toLowerCase() === 'content-type')) kept.push(['Content-Type', 'application/json']);
  return { status, headers: kept, body: Buffer.from(text, value.isBase64Encoded === true ? 'base64' : 'utf8') };
}

function asRecord(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
