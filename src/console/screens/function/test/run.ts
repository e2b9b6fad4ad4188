import { messageOf } from '../../../api/problem.ts';

/** What came of a run. Without an `invocationId` the node refused it, and nothing ran. */
export interface Run {
  readonly target: string;
  readonly atMs: number;
  readonly ok: boolean;
  readonly status: number;
  /** Absent where the node did not get so far as to run it. */
  readonly invocationId?: string;
  readonly version?: number;
  readonly durationMs?: number;
  readonly coldStart?: boolean;
  /** What the caller waited, the way to the node and back included. */
  readonly waitedMs: number;
  readonly contentType: string;
  readonly bytes: number;
  /** The result as text; absent where it is none. */
  readonly text?: string;
  readonly error?: { readonly type?: string; readonly message: string; readonly stack?: string };
}

export const TONES = { succeeded: 'good', failed: 'bad', refused: 'notice' } as const;

/** What became of it, in a word. */
export function wordOf({ ok, invocationId }: Run): 'succeeded' | 'failed' | 'refused' {
  if (ok) return 'succeeded';
  return invocationId === undefined ? 'refused' : 'failed';
}

/** Most of a result that is shown. */
const MAX_SHOWN = 262_144;

/**
 * Runs a function with a payload, and tells everything about it, also where it fails: a failing function is a result here. Rejects
 * only where `signal` was aborted.
 */
export async function runFunction(target: string, payload: string, signal: AbortSignal): Promise<Run> {
  const atMs = Date.now();
  const begun = performance.now();
  const base = () => ({ target, atMs, waitedMs: performance.now() - begun });
  try {
    // Not by `request`: what a failed run tells stands in headers, which a problem does not have.
    const response = await fetch(`/v1/functions/${encodeURIComponent(target)}/invoke`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: payload,
      signal,
    });
    const content = await response.blob();
    const told = (name: string) => response.headers.get(name) ?? undefined;
    const text = await textOf(content);
    const [invocationId, version, duration] = [told('fob-invocation-id'), told('fob-version'), told('fob-duration-ms')];
    return {
      ...base(),
      ok: response.ok,
      status: response.status,
      ...(invocationId !== undefined && { invocationId }),
      ...(version !== undefined && { version: Number(version) }),
      ...(duration !== undefined && { durationMs: Number(duration) }),
      coldStart: told('fob-cold-start') === 'true',
      contentType: told('content-type') ?? '',
      bytes: content.size,
      ...(text !== undefined && { text }),
      ...(!response.ok && { error: errorOf(text ?? '') }),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const message = `the node does not answer: ${messageOf(error)}`;
    return { ...base(), ok: false, status: 0, contentType: '', bytes: 0, error: { message } };
  }
}

async function textOf(content: Blob): Promise<string | undefined> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await content.slice(0, MAX_SHOWN).arrayBuffer());
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function errorOf(text: string): NonNullable<Run['error']> {
  try {
    const { detail, errorType, stack } = JSON.parse(text) as Record<string, unknown>;
    return {
      message: typeof detail === 'string' ? detail : 'it failed without a message',
      ...(typeof errorType === 'string' && { type: errorType }),
      ...(typeof stack === 'string' && { stack }),
    };
  } catch {
    return { message: text.slice(0, 1_000) || 'it failed without a message' };
  }
}
