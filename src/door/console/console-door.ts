import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../model/problem.ts';
import type { DoorContext } from '../context.ts';
import { createConsoleFiles } from './console-files.ts';

const ROOT = '/console';
/** Browsers ask for it by themselves, whatever they show of the node, and without a credential. */
const FAVICON = '/favicon.ico';
const ICON = 'icon.svg';
const NONCE = '{{nonce}}';
/**
 * A worker has the policy of its own file. The formatter of Python is WebAssembly, which the page's policy has no room for. Nor does a
 * file stand in another's page.
 */
const WORKER_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";
const BAD_ADDRESS = 'This address has bad percent-encoding: write %25 for a percent sign, and encode as UTF-8.\n';
const NOT_BUILT = 'The web console is not built. ./fob up builds it, and says why where it cannot.\n';

/** Whether a request is for the console: anything at or below `/console`, `/favicon.ico`, and `/` by a browser. */
export function claimsConsole(req: IncomingMessage): boolean {
  const path = req.url!.split('?', 1)[0]!;
  if (path === '/') return isRead(req) && /\btext\/html\b/.test(req.headers.accept ?? '');
  return path === ROOT || path.startsWith(`${ROOT}/`) || (path === FAVICON && isRead(req));
}

/** Serves the web console's files: the same to everybody, for they hold nothing of the node. What a page shows, it asks of the API. */
export function createConsoleDoor({ consoleFolder, lifecycle }: DoorContext) {
  const files = createConsoleFiles(consoleFolder ?? '');

  return (req: IncomingMessage, res: ServerResponse): void => {
    void serve(req, res).catch(() => res.destroy());
  };

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    req.resume();
    const url = req.url!;
    const path = url.split('?', 1)[0]!;
    if (!isRead(req)) {
      const { message } = new Problem('method_not_allowed', `${path.slice(0, 200)} takes GET, not ${req.method}`);
      return send(res, 405, { Allow: 'GET, HEAD', 'Content-Type': 'text/plain; charset=utf-8' }, `${message}\n`);
    }
    if (path === '/' || path === ROOT) return send(res, 302, { Location: `${ROOT}/${url.slice(path.length)}` }, '');
    const name = path === FAVICON ? ICON : path.slice(ROOT.length + 1);
    const file = await files.find(name, String(req.headers['accept-encoding'] ?? ''));
    if (file !== undefined) {
      const { type, content, encoding, immutable } = file;
      const caching = immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
      const headers = {
        'Content-Type': type,
        'Cache-Control': caching,
        'Content-Security-Policy': WORKER_POLICY,
        Vary: 'Accept-Encoding',
      };
      return send(res, 200, { ...headers, ...(encoding && { 'Content-Encoding': encoding }) }, content);
    }
    if (name.startsWith('assets/') || name === ICON) {
      return send(res, 404, { 'Content-Type': 'text/plain; charset=utf-8' }, 'the console has no such file\n');
    }
    if (!isDecodable(name)) return send(res, 400, { 'Content-Type': 'text/plain; charset=utf-8' }, BAD_ADDRESS);
    const page = await files.page();
    if (page === undefined) return send(res, 503, { 'Content-Type': 'text/plain; charset=utf-8' }, NOT_BUILT);
    const nonce = randomBytes(16).toString('base64url');
    const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy(nonce) };
    return send(res, 200, headers, page.replace(NONCE, nonce));
  }

  function send(res: ServerResponse, status: number, headers: Record<string, string>, body: string | Buffer): void {
    res.writeHead(status, {
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      ...(lifecycle.closing && { Connection: 'close' }),
      ...headers,
      'Content-Length': Buffer.byteLength(body),
    });
    res.end(res.req.method === 'HEAD' ? undefined : body);
  }
}

/** The page's router makes names of what stands between slashes. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Scripts and styles of this node alone; nothing from elsewhere, and in no frame. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}
