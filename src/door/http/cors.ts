import type { IncomingMessage } from 'node:http';

/** Which web pages may call a route, as the Fetch standard's CORS protocol says it to browsers. */
interface CorsRules {
  /** Origins such as `https://app.example.com`, or `*` alone. */
  readonly origins: readonly string[];
  readonly methods?: readonly string[];
  readonly headers?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly credentials?: boolean;
  readonly maxAgeSeconds?: number;
}

/** Whether a request is a browser's question before the real one. */
export function isPreflight(req: IncomingMessage): boolean {
  return (
    req.method === 'OPTIONS' &&
    req.headers.origin !== undefined &&
    req.headers['access-control-request-method'] !== undefined
  );
}

/** Whether the page that asks, if one does, is among the rules' origins. */
export function mayCall(rules: CorsRules | undefined, origin: string | undefined): boolean {
  if (origin === undefined) return true;
  return rules !== undefined && (rules.origins.includes('*') || rules.origins.includes(origin));
}

/** The headers of an answer to a page of this origin, as alternating names and values. */
export function corsHeaders(rules: CorsRules | undefined, origin: string | undefined): string[] {
  if (rules === undefined || origin === undefined || !mayCall(rules, origin)) return [];
  const anyone = rules.origins.includes('*') && rules.credentials !== true;
  const headers = ['Access-Control-Allow-Origin', anyone ? '*' : origin];
  if (!anyone) headers.push('Vary', 'Origin');
  if (rules.credentials === true) headers.push('Access-Control-Allow-Credentials', 'true');
  if (rules.exposeHeaders?.length) headers.push('Access-Control-Expose-Headers', rules.exposeHeaders.join(', '));
  return headers;
}

/** What a preflight adds; `allowed` are the methods that have a route. */
export function preflightHeaders(rules: CorsRules, allowed: readonly string[], asked: string | undefined): string[] {
  const headers = ['Access-Control-Allow-Methods', (rules.methods ?? allowed).join(', ') || '*'];
  // With credentials a `*` is taken literally: then what is asked for is granted by name.
  const names = rules.headers?.join(', ') ?? asked;
  if (names !== undefined && /^[\w\-, *]{1,1024}$/.test(names)) headers.push('Access-Control-Allow-Headers', names);
  if (rules.maxAgeSeconds !== undefined) headers.push('Access-Control-Max-Age', String(rules.maxAgeSeconds));
  return headers;
}
