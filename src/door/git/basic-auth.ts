import type { IncomingMessage } from 'node:http';

const BASIC = /^basic\s+([A-Za-z0-9+/=_-]+)$/i;

/** Git sends a token as the password of some user: it is then the token that every other request carries as `Bearer`. */
export function takeBasicPassword(req: IncomingMessage): void {
  const given = BASIC.exec(req.headers.authorization ?? '')?.[1];
  if (given === undefined) return;
  const text = Buffer.from(given, 'base64').toString('utf8');
  req.headers.authorization = `Bearer ${text.slice(text.indexOf(':') + 1)}`;
}
