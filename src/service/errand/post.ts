import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { messageOf } from '../../model/problem.ts';
import type { Attempt } from './errands.ts';
import { portOf, type Reach } from './reach.ts';

const TIMEOUT_MS = 30_000;
/** An answer is read so that its connection can serve again, up to here. */
const MAX_ANSWER_BYTES = 65_536;
const MAX_RETRY_AFTER_MS = 3_600_000;
const AGENT = { keepAlive: true, maxSockets: 8, maxTotalSockets: 128, maxFreeSockets: 16, timeout: TIMEOUT_MS };

interface Post {
  readonly url: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Delivers by HTTP POST; only an answer of 2xx counts, and a redirect is not followed. */
interface Poster {
  post(what: Post, signal: AbortSignal): Promise<Attempt>;
  close(): void;
}

/** What has not been answered in whole after `timeoutMs` is given up. */
export function createPoster(reach: Reach, timeoutMs = TIMEOUT_MS): Poster {
  const agent = new Agent(AGENT);
  const secureAgent = new SecureAgent(AGENT);

  const send = (url: URL, { body, contentType, headers }: Post, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const req = (secure ? secureRequest : request)(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': contentType, 'content-length': body.byteLength, 'user-agent': 'fob' },
        agent: secure ? secureAgent : agent,
        lookup: reach.lookup(portOf(url)),
        signal,
      });
      req.once('error', reject);
      req.once('response', resolve);
      req.end(body);
    });

  return {
    async post(what, signal) {
      const url = URL.canParse(what.url) ? new URL(what.url) : undefined;
      if (url === undefined || !/^https?:$/.test(url.protocol)) {
        return { done: false, final: true, message: 'it is no http or https address' };
      }
      const refusal = reach.refusal(url);
      if (refusal !== undefined) return { done: false, final: true, message: refusal };
      try {
        const answer = await send(url, what, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
        await discard(answer);
        return judged(answer);
      } catch (error) {
        const timedOut = (error as Error).name === 'AbortError' || (error as Error).name === 'TimeoutError';
        return { done: false, message: timedOut ? `no answer within ${timeoutMs} ms` : messageOf(error) };
      }
    },
    close() {
      agent.destroy();
      secureAgent.destroy();
    },
  };
}

function judged({ statusCode = 0, headers }: IncomingMessage): Attempt {
  if (statusCode >= 200 && statusCode < 300) return { done: true };
  const message = `the answer was ${statusCode}`;
  // The receiver says that it is gone for good.
  if (statusCode === 410) return { done: false, final: true, message };
  const retryAfterMs = Number(headers['retry-after']) * 1_000;
  if (!(retryAfterMs > 0)) return { done: false, message };
  return { done: false, message, retryAfterMs: Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) };
}

async function discard(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status is what counts; what came with it is not needed.
  }
}
