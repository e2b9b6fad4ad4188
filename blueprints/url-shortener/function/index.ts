import { createHash } from 'node:crypto';
import { kv } from 'fob';

/** The parts of a request that are needed here: payload format 2.0 of function URLs. */
interface HttpEvent {
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly pathParameters?: { readonly code?: string };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

const { SPACE = 'links', LINKS_PATH = '/s' } = process.env;
const MIN_LENGTH = 7;

export async function handler(event: HttpEvent) {
  return event.requestContext.http.method === 'POST' ? make(event) : follow(event.pathParameters?.code ?? '');
}

async function make({ body = '', isBase64Encoded }: HttpEvent) {
  const url = targetOf(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
  if (url === undefined) return answer(400, { error: 'send {"url": "https://…"}, with an address of http or https' });
  const code = await codeOf(url);
  return answer(201, { code, path: `${LINKS_PATH}/${code}`, url }, { location: `${LINKS_PATH}/${code}` });
}

async function follow(code: string) {
  const url = await kv.get(SPACE, code);
  if (url === undefined) return answer(404, { error: 'there is no such link' });
  // Not 301, which browsers keep for ever: a link may be taken away again.
  return { statusCode: 302, headers: { location: url.toString(), 'cache-control': 'no-store' }, body: '' };
}

/** Only addresses that a browser may be sent to: no `javascript:`, no `data:`. */
function targetOf(body: string): string | undefined {
  try {
    const { url } = JSON.parse(body);
    const parsed = new URL(url);
    return ['http:', 'https:'].includes(parsed.protocol) ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}

/** The beginning of the address's digest: the same address has the same code, and another one that begins so a longer one. */
async function codeOf(url: string): Promise<string> {
  const digest = createHash('sha256').update(url).digest('base64url');
  for (let length = MIN_LENGTH; length <= digest.length; length++) {
    const code = digest.slice(0, length);
    const taken = await kv.get(SPACE, code);
    if (taken === undefined) await kv.put(SPACE, code, url);
    if (taken === undefined || taken.toString() === url) return code;
  }
  throw new Error('two addresses have the same digest');
}

function answer(statusCode: number, body: object, headers: Record<string, string> = {}) {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
