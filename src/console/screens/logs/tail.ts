import { urlOf } from '../../api/client.ts';
import { readEvents, type StreamEvent } from '../../api/event-stream.ts';
import type { LogLine } from './lines.ts';

interface TailHearer {
  /** The node listens from now on: what is printed after this is heard. */
  readonly onOpen: () => void;
  readonly onLine: (line: LogLine) => void;
  /** So many lines came faster than they could be sent. */
  readonly onDropped: (count: number) => void;
}

/** Reads a live tail as `readEvents` does. */
export function readTail(query: object, { onOpen, onLine, onDropped }: TailHearer, signal: AbortSignal): Promise<void> {
  const url = urlOf('/v1/logs/tail', {}, query as Record<string, unknown>);
  const onEvents = (events: readonly StreamEvent[]): void => {
    for (const { name, value } of events) {
      if (name === 'line') onLine(value as LogLine);
      else if (name === 'dropped') onDropped((value as { dropped: number }).dropped);
    }
  };
  return readEvents(url, { onOpen, onEvents }, signal);
}
