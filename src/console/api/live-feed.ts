import { readEvents } from './event-stream.ts';

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

/** Reads the feed as `readEvents` does. That the node lives is told by no event at all. */
export function readFeed(signal: AbortSignal, onHeard: (events: readonly Happening[]) => void): Promise<void> {
  return readEvents('/v1/live', { onEvents: (events) => onHeard(events as readonly Happening[]) }, signal);
}

/** Names a caller so that two who are not the same have two names. */
export function callerText({ kind, name, tokenId = '' }: Caller): string {
  return `${kind} ${name} ${tokenId}`;
}
