import type { IncomingHttpHeaders } from 'node:http';

/** Whether a browser says that a page of another origin asks. Programs say nothing of it. */
export function isForeignPage(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return true;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Whether a browser says that a page of this node asks. */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  if (isForeignPage(headers)) return false;
  return headers.origin !== undefined || headers['sec-fetch-site'] === 'same-origin';
}
