import type { IncomingMessage, ServerResponse } from 'node:http';
import { asProblem, Problem } from '../model/problem.ts';

/** Bytes of bodies that may be held at once, until their requests are answered; more are told to come back. */
const MAX_HELD_BYTES = 268_435_456;
/** Bodies up to this size count only while they are read: what bounds calls bounds them. */
const SMALL_BYTES = 16_384;
/** Bytes of an unwanted body that are thrown away so that its sender reads the answer; then the connection ends. */
const MAX_DISCARDED_BYTES = 1_073_741_824;
const EMPTY = Buffer.alloc(0);
let heldBytes = 0;

/** Whether a request announces a body at all; a GET without one must not wait for its end. */
export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return length === undefined ? req.headers['transfer-encoding'] !== undefined : length !== '0';
}

/** Throws away the rest of a body that nobody will read, within bounds, and calls `done` when it is over or its sender gone. */
export function discardBody(req: IncomingMessage, done: () => void): void {
  let left = MAX_DISCARDED_BYTES;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.once('close', done);
  // Whoever read it before must not pause it any more.
  req.unpipe();
  req.resume();
}

/**
 * Reads a whole body of at most `maxBytes` and calls exactly one of `done` and `fail`: with `too_large`, with
 * `throttled` where too many bodies are under way, or with `cancelled` where the caller went away. What `done` throws is given
 * to `fail` too: nobody else could catch it.
 */
export function readBody(
  req: IncomingMessage,
  res: ServerResponse,
  maxBytes: number,
  done: (body: Buffer) => void,
  fail: (problem: Problem) => void,
): void {
  const finish = (body: Buffer) => {
    try {
      done(body);
    } catch (thrown) {
      fail(asProblem(thrown));
    }
  };
  if (!hasBody(req)) {
    finish(EMPTY);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const release = () => {
    heldBytes -= bytes;
  };
  const settle = () => {
    req.off('data', onData).off('end', onEnd).off('close', onClose);
  };
  const refuse = (problem: Problem) => {
    settle();
    release();
    fail(problem);
  };
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    heldBytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxBytes) refuse(tooLarge(maxBytes));
    else if (heldBytes > MAX_HELD_BYTES)
      refuse(new Problem('throttled', 'too many request bodies are under way; try again in a second'));
  };
  const onEnd = () => {
    settle();
    if (bytes <= SMALL_BYTES || res.closed) release();
    else res.once('close', release);
    finish(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes));
  };
  const onClose = () => {
    settle();
    release();
    fail(new Problem('cancelled', 'the caller went away before its request was complete'));
  };
  if (Number(req.headers['content-length']) > maxBytes) {
    refuse(tooLarge(maxBytes));
    return;
  }
  req.on('data', onData).on('end', onEnd).on('close', onClose);
}

/** `readBody` as a promise. */
export function receiveBody(req: IncomingMessage, res: ServerResponse, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => readBody(req, res, maxBytes, resolve, reject));
}

/** The refusal of a body that is over its limit. */
export function tooLarge(maxBytes: number): Problem {
  return new Problem('too_large', `the body is larger than the ${maxBytes} bytes that this node takes here`, {
    details: { maxBytes },
  });
}
