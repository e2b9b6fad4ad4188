import { createParser } from 'eventsource-parser';
import { request } from './client.ts';

/** The node says something every 15 seconds. */
const SILENCE_MS = 40_000;

/** One event of a stream: its name, and its data, which are JSON. */
export interface StreamEvent {
  readonly name: string;
  readonly value: unknown;
}

interface StreamHearer {
  /** The node sends from now on. */
  readonly onOpen?: () => void;
  /** What came at once; that the node lives is told by no event at all. What this throws ends the reading. */
  readonly onEvents: (events: readonly StreamEvent[]) => void;
}

/** Reads server-sent events to their end; throws where they break off, or stay silent for too long, and `ApiProblem` where the node refuses them. */
export async function readEvents(url: string, { onOpen, onEvents }: StreamHearer, signal: AbortSignal): Promise<void> {
  const silent = new AbortController();
  const wait = () => window.setTimeout(() => silent.abort(), SILENCE_MS);
  let timer = wait();
  let events: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event !== undefined) events.push({ name: event, value: JSON.parse(data) });
    },
  });
  try {
    const response = await request('GET', url, {
      signal: AbortSignal.any([signal, silent.signal]),
      headers: { Accept: 'text/event-stream' },
    });
    onOpen?.();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      window.clearTimeout(timer);
      timer = wait();
      parser.feed(value);
      const came = events;
      events = [];
      onEvents(came);
    }
  } finally {
    window.clearTimeout(timer);
    // Also where what was heard is not wanted: the connection goes.
    silent.abort();
  }
}
