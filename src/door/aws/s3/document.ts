import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../aws-error.ts';
import type { AwsRequest } from '../service.ts';
import { sha256Hex } from '../sigv4.ts';

/** The largest documents are lists of ten thousand parts with their checksums. */
const MAX_DOCUMENT_BYTES = 4_194_304;

/** Checks of a document by the header that carries them, in base64. */
const DIGESTS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'content-md5': (bytes) => createHash('md5').update(bytes).digest(),
  'x-amz-checksum-crc32': (bytes) => {
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(bytes));
    return check;
  },
  'x-amz-checksum-sha1': (bytes) => createHash('sha1').update(bytes).digest(),
  'x-amz-checksum-sha256': (bytes) => createHash('sha256').update(bytes).digest(),
};

/** Reads a whole XML document and checks it against what the request says of it. */
export async function readDocument({ payload, headers }: AwsRequest): Promise<string> {
  if (payload.bytes !== undefined && payload.bytes > MAX_DOCUMENT_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of payload.open() as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_DOCUMENT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks, bytes);
  if (payload.sha256Hex !== undefined && sha256Hex(body) !== payload.sha256Hex) {
    throw new AwsError(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  for (const [name, digest] of Object.entries(DIGESTS)) {
    const expected = headers.get(name) ?? payload.trailer(name);
    if (expected !== undefined && digest(body).toString('base64') !== expected.trim()) {
      throw new AwsError(400, 'BadDigest', `The ${name} you specified did not match what we received.`);
    }
  }
  return body.toString('utf8');
}

function tooLarge(): AwsError {
  return new AwsError(400, 'MaxMessageLengthExceeded', 'Your request was too large.');
}
