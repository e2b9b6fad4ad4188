import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { canonicalRequest, parseTarget } from '../canonical.ts';
import { type Signed, sha256Hex, signatureOf, signingKey } from '../sigv4.ts';

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Instead of the body's own hash. */
  readonly payloadHash?: string;
  readonly service?: string;
  /** Headers that are sent and not signed. */
  readonly unsigned?: Readonly<Record<string, string>>;
}

interface Access {
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The headers of a request with its signature, for requests that no well-behaved client would make. */
export function sign(
  access: Access,
  { method = 'GET', path, ...options }: RawRequest,
): { headers: Record<string, string>; signed: Signed; key: Buffer } {
  const { body = '', service = 's3', payloadHash = sha256Hex(body) } = options;
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = {
    host: `127.0.0.1:${access.port}`,
    'x-amz-date': time,
    'x-amz-content-sha256': payloadHash,
    ...options.headers,
  };
  const signed: Signed = {
    accessKeyId: access.accessKeyId,
    ...{ day: time.slice(0, 8), region: 'us-east-1', service, time, timeMs: 0, signature: '' },
    signedHeaders: Object.keys(headers).sort(),
  };
  const key = signingKey(access.secretAccessKey, signed);
  const canonical = canonicalRequest(
    { method, target: parseTarget(path), headers: new Map(Object.entries(headers)), payloadHash },
    signed.signedHeaders,
    { encodePathTwice: service !== 's3' },
  );
  const signature = signatureOf(key, signed, canonical);
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${signed.accessKeyId}/${signed.day}/us-east-1/${service}/aws4_request, SignedHeaders=${signed.signedHeaders.join(';')}, Signature=${signature}`;
  return { headers: { ...headers, ...options.unsigned }, signed: { ...signed, signature }, key };
}

/** Sends headers and body as they are, and resolves with the whole answer. */
export async function send(
  access: Access,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string; code: string | undefined }> {
  const length = 'transfer-encoding' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const req = request({
    host: '127.0.0.1',
    port: access.port,
    method,
    path,
    agent: false,
    headers: { ...length, ...headers },
  });
  req.end(body);
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  const answer = await text(res);
  return { status: res.statusCode!, headers: res.headers, text: answer, code: /<Code>(.*?)<\/Code>/.exec(answer)?.[1] };
}

/** `sign` and `send`. */
export function sendSigned(access: Access, request: RawRequest): ReturnType<typeof send> {
  return send(access, request.method ?? 'GET', request.path, sign(access, request).headers, request.body);
}
