import type { AccessKeys, Credential } from '../../service/access/access-keys.ts';
import { AwsError } from './aws-error.ts';
import { canonicalRequest, type Target, withHoisted } from './canonical.ts';
import { isPresignedV2, parsePresignedV2, signatureV2Of } from './sigv2.ts';
import { isSigned, parseSigned, type Signed, sameSignature, signatureOf, signingKey } from './sigv4.ts';

/** How far a client's clock may be off. */
const MAX_SKEW_MS = 900_000;
/** Signing keys that are remembered: one a credential, day, region and service. */
const MAX_SIGNING_KEYS = 1_000;
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** A request whose signature was found right. */
export interface Authenticated {
  readonly credential: Credential;
  readonly signed: Signed;
  readonly key: Buffer;
  /** What the request says of its body: a SHA-256 in hexadecimal, or one of the words of Signature V4. */
  readonly payloadHash: string;
  /** With those that a presigned URL carries. */
  readonly headers: ReadonlyMap<string, string>;
}

interface SignedRequest {
  readonly method: string;
  readonly target: Target;
  readonly headers: ReadonlyMap<string, string>;
  /** The target as it was sent. */
  readonly url: string;
  /** The bucket that the host names. */
  readonly hostBucket: string | undefined;
}

/** Makes the check of signatures; it throws an `AwsError` for what is not signed rightly by a key that is good. */
export function createAuthenticator(keys: AccessKeys, now: () => number) {
  const signingKeys = new Map<string, Buffer>();

  const keyFor = (credential: Credential, signed: Signed): Buffer => {
    const name = `${credential.accessKeyId}/${signed.day}/${signed.region}/${signed.service}`;
    const known = signingKeys.get(name);
    if (known !== undefined) return known;
    const key = signingKey(credential.secretAccessKey, signed);
    if (signingKeys.size >= MAX_SIGNING_KEYS) signingKeys.clear();
    signingKeys.set(name, key);
    return key;
  };

  const credentialOf = (signed: Signed): Credential => {
    assertInTime(signed, now());
    const credential = keys.find(signed.accessKeyId);
    if (credential !== undefined) return credential;
    throw new AwsError(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      details: { AWSAccessKeyId: signed.accessKeyId },
    });
  };

  const byVersion2 = (request: SignedRequest): Authenticated => {
    const { url, target, hostBucket } = request;
    const signed = parsePresignedV2(target);
    const credential = credentialOf(signed);
    const headers = withHoisted(request.headers, target);
    const resource = (hostBucket === undefined ? '' : `/${hostBucket}`) + url.split('?')[0];
    const signature = signatureV2Of(credential.secretAccessKey, { ...request, headers, resource });
    if (!sameSignature(signature, signed.signature)) throw wrongSignature(signed);
    return { credential, signed, key: Buffer.alloc(0), payloadHash: UNSIGNED, headers };
  };

  const byVersion4 = (request: SignedRequest): Authenticated => {
    const { target, headers } = request;
    const signed = parseSigned(target, headers);
    const credential = credentialOf(signed);
    assertAllSigned(signed, headers);
    const isS3 = signed.service === 's3';
    const isPresigned = signed.expiresSeconds !== undefined;
    const all = isPresigned ? withHoisted(headers, target) : headers;
    const payloadHash = all.get('x-amz-content-sha256') ?? (isS3 && isPresigned ? UNSIGNED : undefined);
    if (payloadHash === undefined) {
      throw new AwsError(400, 'InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
    }
    const canonical = canonicalRequest({ ...request, payloadHash }, signed.signedHeaders, { encodePathTwice: !isS3 });
    const key = keyFor(credential, signed);
    if (!signed.time.startsWith(signed.day) || !sameSignature(signatureOf(key, signed, canonical), signed.signature)) {
      throw wrongSignature(signed, canonical);
    }
    return { credential, signed, key, payloadHash, headers: all };
  };

  return (request: SignedRequest): Authenticated => {
    const isV4 = isSigned(request.headers.get('authorization'), request.url);
    const authenticated = !isV4 && isPresignedV2(request.url) ? byVersion2(request) : byVersion4(request);
    assertGood(authenticated.credential, authenticated.signed, now());
    keys.used(authenticated.credential.accessKeyId);
    return authenticated;
  };
}

function wrongSignature({ accessKeyId }: Signed, canonical?: string): AwsError {
  return new AwsError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { details: { AWSAccessKeyId: accessKeyId, ...(canonical !== undefined && { CanonicalRequest: canonical }) } },
  );
}

function assertInTime({ timeMs, expiresSeconds }: Signed, nowMs: number): void {
  if (expiresSeconds === undefined ? Math.abs(nowMs - timeMs) > MAX_SKEW_MS : timeMs - nowMs > MAX_SKEW_MS) {
    throw new AwsError(
      403,
      'RequestTimeTooSkewed',
      "The difference between the request time and the server's time is too large.",
      {
        details: {
          RequestTime: new Date(timeMs).toISOString(),
          ServerTime: new Date(nowMs).toISOString(),
          MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
        },
      },
    );
  }
  if (expiresSeconds !== undefined && nowMs > timeMs + expiresSeconds * 1_000) {
    throw new AwsError(403, 'AccessDenied', 'Request has expired', {
      details: { Expires: new Date(timeMs + expiresSeconds * 1_000).toISOString() },
    });
  }
}

/** What changes a request's meaning must be signed with it. */
function assertAllSigned({ signedHeaders }: Signed, headers: ReadonlyMap<string, string>): void {
  const unsigned = [...headers.keys()].filter((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
  if (unsigned.length === 0) return;
  throw new AwsError(403, 'AccessDenied', 'There were headers present in the request which were not signed', {
    details: { HeadersNotSigned: unsigned.join(', ') },
  });
}

function assertGood(credential: Credential, signed: Signed, nowMs: number): void {
  const { sessionToken, expiresAtMs } = credential;
  if (
    (sessionToken === undefined) !== (signed.sessionToken === undefined) ||
    (sessionToken !== undefined && !sameSignature(sessionToken, signed.sessionToken!))
  ) {
    throw new AwsError(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  if (expiresAtMs !== undefined && nowMs >= expiresAtMs) {
    throw new AwsError(400, 'ExpiredToken', 'The provided key has expired.');
  }
}
