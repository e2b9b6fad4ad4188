import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../model/listening.ts';
import { Problem } from '../model/problem.ts';
import type { Settings } from '../model/settings.ts';
import { shorten } from './shorten.ts';

/** Host headers that were found good are remembered, at most this many. */
const MAX_KNOWN_HOSTS = 64;
const BEARER = 'Bearer ';
const NO_TOKEN =
  'this node demands its token: send the header "Authorization: Bearer <token>" with the value of the setting `token`';

/** Checks that a path makes itself, in place of the guard's. */
export interface Waived {
  /** A name of its own that the Host header may say. */
  readonly host?: string;
  /** Web pages of other origins may call: the path has rules of its own for them. */
  readonly origin?: boolean;
  /** The node's token is not asked for: the path demands another credential, or is open. */
  readonly token?: boolean;
}

/** Returns why a request is refused, or nothing. */
export type Guard = (req: IncomingMessage, waived?: Waived) => Problem | undefined;

/**
 * Makes the check that every request passes before anything else sees it.
 * The Host header must be a name of this node (so that a web page cannot reach it by rebinding a name of its own), no web page
 * of another origin may call, and the token must be right where one is set.
 */
export function createGuard(settings: Settings): Guard {
  const knownHosts = new Set<string>();
  const names = new Set(settings.allowedHosts.map((name) => name.toLowerCase()));
  names.add(settings.host.toLowerCase());
  const anyAddress = settings.host === '0.0.0.0' || settings.host === '::';
  const token = settings.token === '' ? undefined : Buffer.from(settings.token);

  const mayBeNamed = (host: string): boolean => {
    const name = hostName(host.toLowerCase());
    if (name === undefined) return false;
    if (!isLoopback(name) && !names.has(name) && !(anyAddress && isIP(name) !== 0)) return false;
    if (knownHosts.size < MAX_KNOWN_HOSTS) knownHosts.add(host);
    return true;
  };

  return (req, waived) => {
    const headers = req.headers;
    const host = headers.host;
    if (host === undefined || !(knownHosts.has(host) || mayBeNamed(host) || isHost(host, waived?.host))) {
      return new Problem(
        'forbidden',
        `the Host header "${shorten(host ?? '')}" is no name of this node; add it to the setting \`allowedHosts\` if it should be`,
      );
    }
    if (waived?.origin !== true && isForeignPage(headers, host)) {
      return new Problem(
        'forbidden',
        'a web page of another origin may not call this node; call it from a program instead',
      );
    }
    if (waived?.token !== true && token !== undefined && !carriesToken(headers.authorization, token)) {
      return new Problem('unauthorized', NO_TOKEN);
    }
    return undefined;
  };
}

function isForeignPage(headers: IncomingHttpHeaders, host: string): boolean {
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return true;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function isHost(host: string, name: string | undefined): boolean {
  return name !== undefined && hostName(host.toLowerCase()) === name;
}

/** Compares in constant time; only the length of the token may show. */
function carriesToken(authorization: string | undefined, token: Buffer): boolean {
  if (authorization === undefined) return false;
  if (authorization.slice(0, BEARER.length).toLowerCase() !== BEARER.toLowerCase()) return false;
  const given = Buffer.from(authorization.slice(BEARER.length), 'latin1');
  return given.length === token.length && timingSafeEqual(given, token);
}

/** The name in a Host header, without port and brackets; `undefined` where it is malformed. */
export function hostName(host: string): string | undefined {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':') === -1 ? host.length : host.indexOf(':');
  if (end === 0) return undefined;
  const port = host.slice(end);
  if (port !== '' && !/^:\d{1,5}$/.test(port)) return undefined;
  const name = host.slice(0, end);
  return name.startsWith('[') ? name.slice(1, -1) : name;
}
