import type { IncomingMessage } from 'node:http';
import type { KeySource } from '../model/invocation.ts';
import { queryOf } from './query.ts';

/** Where an HTTP request can hold the key by which a weighted alias sticks to one version. */
class RequestKeys implements KeySource {
  private readonly req: IncomingMessage;

  constructor(req: IncomingMessage) {
    this.req = req;
  }

  get(where: 'header' | 'query' | 'cookie', name: string): string | undefined {
    if (where === 'query') return new URLSearchParams(queryOf(this.req.url!)).get(name) ?? undefined;
    if (where === 'cookie') return cookieOf(this.req.headers.cookie, name);
    const value = this.req.headers[name.toLowerCase()];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }
}

/** The keys of a request for a target that may be a weighted alias; `undefined` for one that names a function alone. */
export function requestKeys(req: IncomingMessage, target: string): KeySource | undefined {
  return target.indexOf(':') === -1 ? undefined : new RequestKeys(req);
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim() || undefined;
  }
  return undefined;
}
