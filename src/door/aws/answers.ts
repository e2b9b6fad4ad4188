import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { answer, answerEarly } from '../answer.ts';
import { discardBody, hasBody } from '../body.ts';
import type { Lifecycle } from '../context.ts';
import { sendBody } from '../send-body.ts';
import { AwsError } from './aws-error.ts';
import { fromProblem } from './problem-errors.ts';
import { errorXml } from './rest-xml.ts';
import type { AwsAnswer } from './service.ts';

const XML_TYPE = 'application/xml';
/** Objects are shown on the node's own address, and what they hold is hostile: no browser may take them for a page of this node. */
const SAFE = ['Content-Security-Policy', 'sandbox', 'X-Content-Type-Options', 'nosniff'];
const NO_BODY = new Set([204, 304]);

/** Writes answers of this door, each with the ids by which AWS's clients report them. */
export function createAnswerer(lifecycle: Lifecycle, log: Logger) {
  const errorOf = (thrown: unknown): AwsError => (thrown instanceof AwsError ? thrown : fromProblem(log, thrown));

  return {
    errorOf,

    async answer(res: ServerResponse, { status, headers, body }: AwsAnswer): Promise<void> {
      headers.push(...Object.values(ids()).flat(), ...SAFE);
      if (body === undefined || typeof body === 'string') {
        if (body !== undefined) headers.push('Content-Type', XML_TYPE);
        write(lifecycle, res, status, headers, body);
        return;
      }
      if (res.destroyed) {
        body.destroy();
        return;
      }
      if (lifecycle.closing) res.shouldKeepAlive = false;
      res.writeHead(status, headers);
      await sendBody(res, body).catch((err) => log.warn({ err }, 'an object was not sent whole'));
    },

    fail(res: ServerResponse, thrown: unknown): void {
      const error = errorOf(thrown);
      const { requestId, hostId } = ids();
      const headers = [...requestId, ...hostId, ...SAFE, ...Object.entries(error.headers).flat()];
      if (NO_BODY.has(error.status) || res.req.method === 'HEAD') {
        write(lifecycle, res, error.status, headers, undefined);
        return;
      }
      const xml = errorXml([
        ['Code', error.code],
        ['Message', error.message],
        ...Object.entries(error.details),
        ['Resource', res.req.url!.split('?')[0]!],
        ['RequestId', requestId[1]],
        ['HostId', hostId[1]],
      ]);
      write(lifecycle, res, error.status, [...headers, 'Content-Type', XML_TYPE], xml);
    },
  };
}

/** Ids of one request, as alternating names and values. */
function ids(): { requestId: [string, string]; hostId: [string, string] } {
  return {
    requestId: ['x-amz-request-id', randomBytes(8).toString('hex').toUpperCase()],
    hostId: ['x-amz-id-2', randomBytes(32).toString('base64')],
  };
}

function write(lifecycle: Lifecycle, res: ServerResponse, status: number, headers: string[], body: string | undefined) {
  const { req } = res;
  // A body that was announced to come when it is asked for may come or not: only the end of the connection tells.
  const mayNotCome = req.headers.expect !== undefined && !req.complete;
  if (mayNotCome) res.shouldKeepAlive = false;
  if (body === undefined) {
    if (res.headersSent || res.destroyed) return;
    if (lifecycle.closing) res.shouldKeepAlive = false;
    if (req.method !== 'HEAD' && !NO_BODY.has(status)) headers.push('Content-Length', '0');
    res.writeHead(status, headers);
    if (req.complete || mayNotCome || !hasBody(req)) res.end();
    else discardBody(req, () => res.end());
  } else if (mayNotCome) {
    answer(lifecycle, res, status, headers, body);
  } else {
    answerEarly(lifecycle, res, status, headers, body);
  }
}
