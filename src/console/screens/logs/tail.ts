import { request, urlOf } from '../../api/client.ts';
import type { LogLine } from './lines.ts';

/** The node says something every 15 seconds. */
const SILENCE_MS = 40_000;
const SEPARATOR = '\n\n';

interface TailHearer {
  /** The node listens from now on: what is printed after this is heard. */
  readonly onOpen: () => void;
  readonly onLine: (line: LogLine) => void;
  /** So many lines came faster than they could be sent. */
  readonly onDropped: (count: number) => void;
}

/** Reads a live tail until it ends, breaks off, or stays silent for too long. Throws `ApiProblem` where the node refuses it. */
export async function readTail(query: object, hearer: TailHearer, signal: AbortSignal): Promise<void> {
  const silent = new AbortController();
  const both = AbortSignal.any([signal, silent.signal]);
  let timer = window.setTimeout(() => silent.abort(), SILENCE_MS);
  try {
    const url = urlOf('/v1/logs/tail', {}, query as Record<string, unknown>);
    const response = await request('GET', url, { signal: both, headers: { Accept: 'text/event-stream' } });
    hearer.onOpen();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => silent.abort(), SILENCE_MS);
      text += value;
      let from = 0;
      for (let at = text.indexOf(SEPARATOR); at !== -1; at = text.indexOf(SEPARATOR, from)) {
        hear(text.slice(from, at), hearer);
        from = at + SEPARATOR.length;
      }
      text = text.slice(from);
    }
  } finally {
    window.clearTimeout(timer);
    silent.abort();
  }
}

function hear(part: string, { onLine, onDropped }: TailHearer): void {
  const data = part.indexOf('\ndata: ');
  if (data === -1) return;
  const value: unknown = JSON.parse(part.slice(data + 7));
  if (part.startsWith('event: line')) onLine(value as LogLine);
  else if (part.startsWith('event: dropped')) onDropped((value as { dropped: number }).dropped);
}
