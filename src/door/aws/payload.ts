import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { hasBody } from '../body.ts';
import type { Authenticated } from './authenticate.ts';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { AwsError } from './aws-error.ts';
import { ChunkSigner } from './sigv4.ts';

const STREAMING = 'STREAMING-';
const SIGNED_CHUNKS = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const SIGNED_CHUNKS_AND_TRAILER = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
const UNSIGNED_CHUNKS_AND_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** The body of a request as its signature describes it. */
export interface Payload {
  /** Decoded; absent where it is not known before. */
  readonly bytes?: number;
  /** What the whole body must have; absent where the signature does not cover it, or covers each chunk. */
  readonly sha256Hex?: string;
  /** Headers that come after the body, by lower-case name; complete when the body has ended. */
  readonly trailerNames: readonly string[];
  trailer(name: string): string | undefined;
  /** The decoded body, once. Destroying it leaves the connection, so that an answer can still be sent. */
  open(): Readable;
}

/** Reads what a request says of its body; the body itself flows from `open`. */
export function describePayload(
  req: IncomingMessage,
  res: ServerResponse,
  headers: ReadonlyMap<string, string>,
  authenticated: Authenticated,
): Payload {
  const { payloadHash, key, signed } = authenticated;
  if (!payloadHash.startsWith(STREAMING)) {
    const isHash = /^[0-9a-f]{64}$/.test(payloadHash);
    if (!isHash && payloadHash !== UNSIGNED) {
      throw new AwsError(
        400,
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value.',
      );
    }
    const bytes = lengthOf(req, headers.get('content-length'));
    return {
      ...(bytes !== undefined && { bytes }),
      ...(isHash && { sha256Hex: payloadHash }),
      trailerNames: [],
      trailer: () => undefined,
      open: () => detached(req, res),
    };
  }
  const hasTrailer = payloadHash === SIGNED_CHUNKS_AND_TRAILER || payloadHash === UNSIGNED_CHUNKS_AND_TRAILER;
  if (!hasTrailer && payloadHash !== SIGNED_CHUNKS) {
    throw new AwsError(501, 'NotImplemented', `${payloadHash} is not supported`);
  }
  const trailerNames = hasTrailer ? namesIn(headers.get('x-amz-trailer')) : [];
  const announced = headers.get('x-amz-decoded-content-length');
  if (announced === undefined) {
    throw new AwsError(411, 'MissingContentLength', 'You must provide the x-amz-decoded-content-length HTTP header.');
  }
  const bytes = wholeNumber(announced);
  const decoder = new AwsChunkedDecoder({
    bytes,
    ...(hasTrailer && { trailers: trailerNames }),
    ...(payloadHash !== UNSIGNED_CHUNKS_AND_TRAILER && { signer: new ChunkSigner(key, signed) }),
  });
  return {
    bytes,
    trailerNames,
    trailer: (name) => decoder.trailers.get(name),
    // A failure of either ends both; whoever reads the decoder hears of it.
    open: () => pipeline(detached(req, res), decoder, () => {}),
  };
}

function lengthOf(req: IncomingMessage, header: string | undefined): number | undefined {
  if (header !== undefined) return wholeNumber(header);
  return hasBody(req) ? undefined : 0;
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AwsError(400, 'InvalidArgument', `"${text}" is no length in bytes`);
}

function namesIn(header: string | undefined): string[] {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (names[0] === '')
    throw new AwsError(400, 'InvalidRequest', 'The x-amz-trailer header must name the trailing headers');
  return names;
}

/** The body of a request as a stream of its own, with back-pressure; whoever destroys it does not destroy the connection. */
function detached(req: IncomingMessage, res: ServerResponse): Readable {
  if (req.headers.expect !== undefined) {
    res.writeContinue();
    // It was asked for, so it comes like any other.
    delete req.headers.expect;
  }
  const body = new Readable({ read: () => void req.resume() });
  const onData = (chunk: Buffer) => {
    if (!body.push(chunk)) req.pause();
  };
  const onEnd = () => void body.push(null);
  const onClose = () => {
    if (!req.complete) body.destroy(new AwsError(400, 'IncompleteBody', 'The request body terminated unexpectedly'));
  };
  req.on('data', onData).on('end', onEnd).on('close', onClose);
  body.once('close', () => req.off('data', onData).off('end', onEnd).off('close', onClose));
  if (!hasBody(req)) body.push(null);
  return body;
}
