import type { Clock } from '../../model/clock.ts';
import { backOffMs, pause } from '../../model/pause.ts';
import { messageOf, Problem } from '../../model/problem.ts';
import type { Settings } from '../../model/settings.ts';

/** Where OTLP goes. */
export interface OtlpTarget {
  /** Without a slash at its end; `/v1/metrics` and such are appended. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One try ends after this. */
const TRY_MS = 10_000;
const TRIES = 5;
const WAITS = { firstMs: 1_000, maxMs: 30_000 };
/** What the protocol says may be sent again. */
const RETRIED = new Set([429, 502, 503, 504]);
const MAX_SHOWN = 200;
/** An answer is read up to here; what it says is told, and the rest is of no use. */
const MAX_READ_BYTES = 4_096;

/** Where the settings send OTLP; `undefined` where they do not. Throws `invalid_request` for what is no address or no header. */
export function otlpTarget(settings: Pick<Settings, 'otlpEndpoint' | 'otlpHeaders'>): OtlpTarget | undefined {
  const { otlpEndpoint, otlpHeaders } = settings;
  if (otlpEndpoint === '') return undefined;
  const url = URL.canParse(otlpEndpoint) ? new URL(otlpEndpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new Problem(
      'invalid_request',
      `otlpEndpoint cannot be "${otlpEndpoint}": it must be the address of a collector, such as http://127.0.0.1:4318; credentials go into otlpHeaders`,
    );
  }
  const headers: Record<string, string> = {};
  for (const [at, header] of otlpHeaders.entries()) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([\t\x20-\x7e]*)$/.exec(header);
    if (match === null) {
      throw new Problem('invalid_request', `otlpHeaders: number ${at + 1} is no header: write it as name=value`);
    }
    headers[match[1]!.toLowerCase()] = match[2]!;
  }
  return { endpoint: otlpEndpoint.replace(/\/+$/, ''), headers };
}

/**
 * Sends one request in OTLP's JSON encoding to `<endpoint>/v1/<signal>`. What fails for a while is tried again, ever more
 * seldom, a few times; rejects when that is over, or where the collector refuses it, with what it says.
 */
export async function sendOtlp(
  target: OtlpTarget,
  what: 'metrics' | 'traces' | 'logs',
  body: string,
  options: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const { clock, signal } = options;
  for (let attempt = 1; ; attempt++) {
    const { failure, again, waitMs } = await tryOnce(`${target.endpoint}/v1/${what}`, target.headers, body, signal);
    if (failure === undefined) return;
    if (!again || attempt === TRIES || signal.aborted) throw failure;
    await pause(clock, waitMs ?? backOffMs(attempt - 1, WAITS), signal);
    if (signal.aborted) throw failure;
  }
}

interface Attempt {
  readonly failure?: Error;
  readonly again?: boolean;
  readonly waitMs?: number;
}

async function tryOnce(
  url: string,
  headers: OtlpTarget['headers'],
  body: string,
  signal: AbortSignal,
): Promise<Attempt> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      // Credentials go where they were meant to go, and nowhere else.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]),
    });
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    return {
      failure: new Error(`the collector at ${url} cannot be reached: ${messageOf(why)}`, { cause }),
      again: true,
    };
  }
  const says = await beginningOf(response);
  if (response.ok) return {};
  const failure = new Error(`the collector at ${url} answered with status ${response.status}: ${says}`);
  const waitS = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    failure,
    again: RETRIED.has(response.status),
    ...(waitS >= 0 && { waitMs: Math.min(WAITS.maxMs, waitS * 1_000) }),
  };
}

/** What an answer says, as a short line that does no harm where it is printed. */
async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_READ_BYTES) break;
    }
  } catch {
    // The status is what counts; what came of the rest is enough.
  }
  const text = Buffer.concat(chunks).subarray(0, MAX_READ_BYTES).toString();
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
