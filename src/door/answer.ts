import type { ServerResponse } from 'node:http';
import { discardBody, hasBody } from './body.ts';
import type { Lifecycle } from './context.ts';

export const JSON_TYPE = 'application/json; charset=UTF-8';
export const PROBLEM_TYPE = 'application/problem+json';

/**
 * Writes a whole answer at once. `headers` alternates names and values. A text is sent in `encoding`; one whose
 * characters are bytes (`latin1`) leaves together with the head in a single write.
 */
export function answer(
  lifecycle: Lifecycle,
  res: ServerResponse,
  status: number,
  headers: string[],
  body: string | Buffer,
  encoding: 'latin1' | 'utf8' = 'utf8',
): void {
  if (res.headersSent || res.destroyed) return;
  if (lifecycle.closing) res.shouldKeepAlive = false;
  const bytes = typeof body === 'string' && encoding === 'utf8' ? Buffer.byteLength(body) : body.length;
  headers.push('Content-Length', String(bytes));
  res.writeHead(status, headers);
  res.end(body, encoding);
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
