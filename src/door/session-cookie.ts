import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isForeignPage, isSameOrigin } from './origin.ts';

/** Where a browser sends it: to the API alone, and never to a function. */
const PATH = '/v1';
/** As long as a session lasts. */
const MAX_AGE_S = 43_200;
const SECURE = '__Secure-fob-session';
/** Beside a name of its own for each port, since cookies of all ports of a host lie together. */
const PLAIN = 'fob-session-';

/**
 * Takes the console's credential out of a request, so that nothing behind the guard sees it. It counts only where a page of this
 * node asks: what changes something must prove that, what reads must not be known to come from elsewhere.
 */
export function takeCookieCredential(req: IncomingMessage): string | undefined {
  const { headers } = req;
  if (headers.cookie === undefined) return undefined;
  const names = new Set([SECURE, PLAIN + portOf(headers)]);
  let credential: string | undefined;
  const others: string[] = [];
  for (const pair of headers.cookie.split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at !== -1 && names.has(name)) credential ??= pair.slice(at + 1).trim();
    else if (!name.startsWith(PLAIN)) others.push(pair.trim());
  }
  if (others.length > 0) headers.cookie = others.join('; ');
  else delete headers.cookie;
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  return (isRead ? !isForeignPage(headers) : isSameOrigin(headers)) ? credential : undefined;
}

/** The header that makes a browser keep a credential where no script reads it, and send it to no other site. */
export function setCookie(headers: IncomingHttpHeaders, credential: string): string {
  return cookie(headers, credential, MAX_AGE_S);
}

/** The header that makes a browser forget it. */
export function clearCookie(headers: IncomingHttpHeaders): string {
  return cookie(headers, '', 0);
}

/**
 * Whether a value of `Set-Cookie` would put a session into a browser, or take one out. Only the node may: a function that could
 * would have its caller work in the console in a stranger's name. Browsers send what has no name as if its value began with one.
 */
export function setsSession(value: string): boolean {
  return /^[\s=]*(?:fob-session-|__secure-fob-session)/i.test(value);
}

function cookie(headers: IncomingHttpHeaders, value: string, maxAgeS: number): string {
  const isSecure = headers.origin?.startsWith('https://') === true;
  const name = isSecure ? SECURE : PLAIN + portOf(headers);
  // Where a host has too many cookies, it is not the first that a browser forgets.
  return `${name}=${value}; Path=${PATH}; HttpOnly; SameSite=Strict; Priority=High; Max-Age=${maxAgeS}${isSecure ? '; Secure' : ''}`;
}

function portOf({ host = '' }: IncomingHttpHeaders): string {
  return /:(\d{1,5})$/.exec(host)?.[1] ?? '80';
}
