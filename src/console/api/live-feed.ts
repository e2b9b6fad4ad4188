import { request } from './client.ts';

/** What the feed `/v1/live` sends, by the name of its event. */
export interface LiveEvents {
  readonly hello: { version: string; startedAtMs: number; caller: Caller };
  /** Invocations that ended within the last quarter of a second, by the function's name. */
  readonly invocations: { functions: Record<string, { ended: number; failed: number; throttled: number }> };
  /** Something that the registry keeps was made, changed or removed. */
  readonly changed: { kind: string; name: string; function?: string };
  /** What moved within the last quarter of a second: names, and `*` for very many; of `events`, the functions that they are for. */
  readonly contents: Partial<Record<'queues' | 'topics' | 'events' | 'buckets' | 'spaces', string[]>>;
  /** Of which kinds there is something new. */
  readonly news: { kinds: ('audit' | 'sandboxes' | 'usage' | 'gauges' | 'alerts')[] };
  readonly alert: { id: string; function?: string };
}

/** By what the feed is known to be somebody's, and no one else's. */
interface Caller {
  readonly kind: string;
  readonly name: string;
  readonly tokenId?: string;
}

/** One event, with its name. */
export type Happening = {
  readonly [N in keyof LiveEvents]: { readonly name: N; readonly value: LiveEvents[N] };
}[keyof LiveEvents];

/** The node says something every 15 seconds. */
const SILENCE_MS = 40_000;

/** Reads the feed to its end; throws where it breaks off, or stays silent for too long. That the node lives is told by no event at all. */
export async function readFeed(signal: AbortSignal, onHeard: (events: readonly Happening[]) => void): Promise<void> {
  const silent = new AbortController();
  const both = AbortSignal.any([signal, silent.signal]);
  let timer = window.setTimeout(() => silent.abort(), SILENCE_MS);
  try {
    const response = await request('GET', '/v1/live', { signal: both, headers: { Accept: 'text/event-stream' } });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => silent.abort(), SILENCE_MS);
      const parts = (text + value).split('\n\n');
      text = parts.pop() ?? '';
      onHeard(parts.flatMap(happeningOf));
    }
  } finally {
    window.clearTimeout(timer);
    // Also where what was heard is not wanted: the connection goes.
    silent.abort();
  }
}

function happeningOf(part: string): Happening[] {
  const name = /^event: (.*)$/m.exec(part)?.[1];
  const data = /^data: (.*)$/m.exec(part)?.[1];
  return name === undefined || data === undefined ? [] : [{ name, value: JSON.parse(data) } as Happening];
}

/** Names a caller so that two who are not the same have two names. */
export function callerText({ kind, name, tokenId = '' }: Caller): string {
  return `${kind} ${name} ${tokenId}`;
}
