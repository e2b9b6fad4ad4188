import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { queryValue, type Target } from './canonical.ts';

/** What a signed request says about its signature. */
export interface Signed {
  readonly accessKeyId: string;
  /** Day of the signing key, as `20130524`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** As `20130524T000000Z`. */
  readonly time: string;
  readonly timeMs: number;
  readonly sessionToken?: string;
  /** Of a presigned URL: how long it is good. */
  readonly expiresSeconds?: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_EXPIRES_SECONDS = 604_800;
const SIGNATURE = /^[0-9a-f]{64}$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const EMPTY_HASH = sha256Hex('');

/** Whether a request carries a signature of this kind at all; that it is right is for `authenticate` to see. */
export function isSigned(authorization: string | undefined, url: string): boolean {
  return authorization?.startsWith('AWS4-') === true || (url.includes('X-Amz-') && IN_QUERY.test(url));
}
const IN_QUERY = /[?&]X-Amz-(?:Algorithm|Signature|Credential)=/;

/** Reads what a request says of its signature, from its header or its query; throws as S3 does where it is malformed. */
export function parseSigned(target: Target, headers: ReadonlyMap<string, string>): Signed {
  const authorization = headers.get('authorization');
  return authorization?.startsWith('AWS4-') === true ? parseHeader(authorization, headers) : parseQuery(target);
}

function parseHeader(authorization: string, headers: ReadonlyMap<string, string>): Signed {
  const [algorithm, ...rest] = authorization.split(' ');
  assertAlgorithm(algorithm);
  const fields = new Map(
    rest
      .join(' ')
      .split(',')
      .map((field) => field.trim().split('=', 2) as [string, string]),
  );
  const dated = headers.get('x-amz-date') ?? headers.get('date') ?? '';
  const { time, timeMs } = parseTime(dated);
  const sessionToken = headers.get('x-amz-security-token');
  return {
    ...common(fields.get('Credential'), fields.get('SignedHeaders'), fields.get('Signature'), headerMalformed),
    time,
    timeMs,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

function parseQuery(target: Target): Signed {
  assertAlgorithm(queryValue(target, 'X-Amz-Algorithm'));
  const expires = queryValue(target, 'X-Amz-Expires') ?? '';
  const expiresSeconds = Number(expires);
  if (!/^\d{1,7}$/.test(expires) || expiresSeconds > MAX_EXPIRES_SECONDS) {
    throw queryMalformed('X-Amz-Expires must be a number of seconds, at most a week');
  }
  const { time, timeMs } = parseTime(queryValue(target, 'X-Amz-Date') ?? '');
  const sessionToken = queryValue(target, 'X-Amz-Security-Token');
  return {
    ...common(
      queryValue(target, 'X-Amz-Credential'),
      queryValue(target, 'X-Amz-SignedHeaders'),
      queryValue(target, 'X-Amz-Signature'),
      queryMalformed,
    ),
    time,
    timeMs,
    expiresSeconds,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

function common(
  credential: string | undefined,
  headers: string | undefined,
  signature: string | undefined,
  malformed: (why: string) => AwsError,
) {
  const scope = (credential ?? '').split('/');
  const [accessKeyId, day, region, service, end] = scope;
  if (scope.length !== 5 || !accessKeyId || !/^\d{8}$/.test(day!) || !service || end !== 'aws4_request') {
    throw malformed('the Credential is mal-formed; expecting "<key>/YYYYMMDD/REGION/SERVICE/aws4_request"');
  }
  if (!headers) throw malformed('it lacks SignedHeaders');
  const signedHeaders = headers.toLowerCase().split(';');
  if (!signedHeaders.includes('host')) throw malformed('the header "host" must be signed');
  if (signature === undefined || !SIGNATURE.test(signature))
    throw malformed('the Signature is no 64 hexadecimal digits');
  return { accessKeyId, day: day!, region: region!, service, signedHeaders, signature };
}

function assertAlgorithm(algorithm: string | undefined): void {
  if (algorithm === ALGORITHM) return;
  throw new AwsError(400, 'InvalidRequest', `Unsupported signature algorithm; sign with ${ALGORITHM}`);
}

function headerMalformed(why: string): AwsError {
  return new AwsError(400, 'AuthorizationHeaderMalformed', `The authorization header is malformed; ${why}`);
}

function queryMalformed(why: string): AwsError {
  return new AwsError(400, 'AuthorizationQueryParametersError', `Error parsing the query of the signature; ${why}`);
}

/** A time of ISO 8601's basic form, or one of HTTP's Date header. */
function parseTime(text: string): { time: string; timeMs: number } {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const timeMs =
    parts === null
      ? Date.parse(HTTP_DATE.test(text) ? text : '')
      : Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`);
  if (Number.isNaN(timeMs)) {
    throw new AwsError(403, 'AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  const time = parts === null ? new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, '') : text;
  return { time, timeMs };
}

/** The key that signs one day's requests of a credential to one service. */
export function signingKey(
  secret: string,
  { day, region, service }: Pick<Signed, 'day' | 'region' | 'service'>,
): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
}

/** The signature of a canonical request, in hexadecimal. */
export function signatureOf(key: Buffer, signed: Signed, canonical: string): string {
  // What is signed are bytes: the canonical request has one character a byte.
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  return hmac(key, `${ALGORITHM}\n${signed.time}\n${scopeOf(signed)}\n${hash}`).toString('hex');
}

/** Signs the chunks of one body, each over the signature before it. */
export class ChunkSigner {
  private readonly key: Buffer;
  private readonly head: string;
  private previous: string;

  constructor(key: Buffer, signed: Signed) {
    this.key = key;
    this.head = `${signed.time}\n${scopeOf(signed)}`;
    this.previous = signed.signature;
  }

  /** The signature that the next chunk must have, by the SHA-256 of its bytes. */
  next(chunkHash: string): string {
    return this.sign(`${ALGORITHM}-PAYLOAD\n${this.head}\n${this.previous}\n${EMPTY_HASH}\n${chunkHash}`);
  }

  /** The signature that the trailer must have, by the SHA-256 of its lines. */
  trailer(trailerHash: string): string {
    return this.sign(`${ALGORITHM}-TRAILER\n${this.head}\n${this.previous}\n${trailerHash}`);
  }

  private sign(text: string): string {
    this.previous = hmac(this.key, text).toString('hex');
    return this.previous;
  }
}

/** Compares signatures in constant time. */
export function sameSignature(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function scopeOf({ day, region, service }: Signed): string {
  return `${day}/${region}/${service}/aws4_request`;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
