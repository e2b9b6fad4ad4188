import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Identity } from '../govern/identity/identity.ts';
import type { Principal as Identified } from '../model/identity.ts';
import { isLoopback } from '../model/listening.ts';
import { Problem } from '../model/problem.ts';
import type { Settings } from '../model/settings.ts';
import { isForeignPage } from './origin.ts';
import { ANONYMOUS, OPERATOR_BY_TOKEN, type Principal, setPrincipal } from './principal.ts';
import { takeCookieCredential } from './session-cookie.ts';
import { shorten } from './shorten.ts';

/** Host headers that were found good are remembered, at most this many. */
const MAX_KNOWN_HOSTS = 64;
const BEARER = 'Bearer ';
const NO_TOKEN =
  'this node demands its token: send the header "Authorization: Bearer <token>" with the value of the setting `token`';
/** Said to whoever sent none. */
export const NO_CREDENTIAL =
  'this node demands a credential: send the header "Authorization: Bearer <token>" with a token of yours (fob login keeps one)';
const WRONG_CREDENTIAL = 'this token is none of this node, or has expired or was revoked';

/** Checks that a path makes itself, in place of the guard's. */
export interface Waived {
  /** A name of its own that the Host header may say. */
  readonly host?: string;
  /** Web pages of other origins may call: the path has rules of its own for them. */
  readonly origin?: boolean;
  /** No credential of the node is asked for: the path demands another one, or is open. */
  readonly token?: boolean;
}

const credentials = new WeakMap<IncomingMessage, string>();

/** The token by which a request was let in; nothing for what the node's operator sent. */
export function credentialIn(req: IncomingMessage): string | undefined {
  return credentials.get(req);
}

/** Returns why a request is refused, or nothing; then `principalOf` says who asks. */
export interface Guard {
  (req: IncomingMessage, waived?: Waived): Problem | undefined;
  /** Whether the name that is asked is one of the node itself. Says and changes nothing of who asks. */
  isOwnName(req: IncomingMessage): boolean;
}

/**
 * Makes the check that every request passes before anything else sees it.
 * The Host header must be a name of this node (so that a web page cannot reach it by rebinding a name of its own), no web page
 * of another origin may call, and where the setting `token` is set or there are users, a credential must be right: that
 * setting's value, or a token of a user or team; the console's browser sends it as a cookie.
 */
export function createGuard(settings: Settings, identity: Pick<Identity, 'hasUsers' | 'authenticate'>): Guard {
  const knownHosts = new Set<string>();
  const names = new Set(settings.allowedHosts.map((name) => name.toLowerCase()));
  names.add(settings.host.toLowerCase());
  const anyAddress = settings.host === '0.0.0.0' || settings.host === '::';
  const token = settings.token === '' ? undefined : Buffer.from(settings.token);

  /** What doors add to a principal, made once for each: identity gives the same object while nothing changes. */
  const asSeenByDoors = new WeakMap<Identified, Principal>();
  const principalWith = (credential: string): Principal | undefined => {
    if (token !== undefined && isSameToken(credential, token)) return OPERATOR_BY_TOKEN;
    const identified = identity.authenticate(credential);
    if (identified === undefined) return undefined;
    let principal = asSeenByDoors.get(identified);
    if (principal === undefined) {
      principal = { ...identified, grants: 'all', credential: true };
      asSeenByDoors.set(identified, principal);
    }
    return principal;
  };

  const mayBeNamed = (host: string): boolean => {
    const name = hostName(host.toLowerCase());
    if (name === undefined) return false;
    if (!isLoopback(name) && !names.has(name) && !(anyAddress && isIP(name) !== 0)) return false;
    if (knownHosts.size < MAX_KNOWN_HOSTS) knownHosts.add(host);
    return true;
  };

  const isOwnName = ({ headers: { host } }: IncomingMessage): boolean =>
    host !== undefined && (knownHosts.has(host) || mayBeNamed(host));

  const guard = (req: IncomingMessage, waived?: Waived): Problem | undefined => {
    const headers = req.headers;
    const host = headers.host;
    if (!isOwnName(req) && !isHost(host, waived?.host)) {
      return new Problem(
        'forbidden',
        `the Host header "${shorten(host ?? '')}" is no name of this node; add it to the setting \`allowedHosts\` if it should be`,
      );
    }
    if (waived?.origin !== true && isForeignPage(headers)) {
      return new Problem(
        'forbidden',
        'a web page of another origin may not call this node; call it from a program instead',
      );
    }
    const fromCookie = takeCookieCredential(req);
    if (token === undefined && !identity.hasUsers) return undefined;
    if (waived?.token === true) {
      setPrincipal(req, ANONYMOUS);
      return undefined;
    }
    const credential = credentialOf(headers.authorization) ?? fromCookie;
    const principal = credential === undefined ? undefined : principalWith(credential);
    if (principal !== undefined) {
      setPrincipal(req, principal);
      if (principal.kind !== 'operator') credentials.set(req, credential!);
      return undefined;
    }
    if (!identity.hasUsers) return new Problem('unauthorized', NO_TOKEN);
    return new Problem('unauthorized', credential === undefined ? NO_CREDENTIAL : WRONG_CREDENTIAL);
  };
  return Object.assign(guard, { isOwnName });
}

function isHost(host: string | undefined, name: string | undefined): boolean {
  return host !== undefined && name !== undefined && hostName(host.toLowerCase()) === name;
}

/** What is sent as a credential. */
function credentialOf(authorization: string | undefined): string | undefined {
  if (authorization?.slice(0, BEARER.length).toLowerCase() !== BEARER.toLowerCase()) return undefined;
  return authorization.slice(BEARER.length);
}

/** Compares in constant time; only the length of the token may show. */
function isSameToken(credential: string, token: Buffer): boolean {
  const given = Buffer.from(credential, 'latin1');
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
