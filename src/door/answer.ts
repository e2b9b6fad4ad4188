import type { ServerResponse } from 'node:http';
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
