import type { ServerResponse } from 'node:http';
import { discardBody, hasBody } from './body.ts';
import type { Lifecycle } from './context.ts';

export const JSON_TYPE = 'application/json; charset=UTF-8';
export const PROBLEM_TYPE = 'application/problem+json';

/** Bytes up to this size are handed over as text, one character a byte: that leaves in a single write with the head. */
const ONE_WRITE_BYTES = 16_384;

/** Writes a whole answer at once. `headers` alternates names and values. */
export function answer(
  lifecycle: Lifecycle,
  res: ServerResponse,
  status: number,
  headers: string[],
  body: string | Buffer,
): void {
  if (res.headersSent || res.destroyed) return;
  if (lifecycle.closing) res.shouldKeepAlive = false;
  headers.push('Content-Length', String(Buffer.byteLength(body)));
  res.writeHead(status, headers);
  if (typeof body === 'string') res.end(body);
  else if (body.length <= ONE_WRITE_BYTES) res.end(body.toString('latin1'), 'latin1');
  else res.end(body);
}

/**
 * Like `answer`, for a request whose body may not have been read: the answer goes out at once, but the connection stays
 * until the rest of the body is over, since ending it earlier would make the sender fail before it reads the answer.
 */
export function answerEarly(
  lifecycle: Lifecycle,
  res: ServerResponse,
  status: number,
  headers: string[],
  body: string,
): void {
  const { req } = res;
  if (req.complete || !hasBody(req)) {
    answer(lifecycle, res, status, headers, body);
    return;
  }
  if (res.headersSent || res.destroyed) return;
  headers.push('Content-Length', String(Buffer.byteLength(body)));
  res.writeHead(status, headers);
  res.write(body);
  discardBody(req, () => res.end());
}
