import type { ServerResponse } from 'node:http';
import type { DoorContext } from '../../context.ts';

/** Bytes that wait for a slow caller; it is let go beyond, and may ask for the whole again. */
const MAX_WAITING_BYTES = 1_048_576;
const HEARTBEAT_MS = 15_000;

/** One event, as it is sent. */
export function eventText(event: string, value: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`;
}

/** Sends what happens as server-sent events until the caller goes or the server closes. Throws `throttled` where there are too many (`StreamSeats`). */
export function streamEvents(
  { lifecycle, clock }: Pick<DoorContext, 'lifecycle' | 'clock'>,
  res: ServerResponse,
  subscribe: (send: (text: string) => void) => () => void,
): void {
  const end = (): void => void res.end();
  const leave = lifecycle.streams.take(res.req, end);
  // What is subscribed to may have something to send at once.
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=UTF-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  const unsubscribe = subscribe((text) => {
    if (res.writableLength > MAX_WAITING_BYTES) res.destroy();
    else res.write(text);
  });
  let cancelBeat = (): void => {};
  const beat = (): void => {
    if (res.writableLength === 0) res.write(':\n\n');
    cancelBeat = clock.after(HEARTBEAT_MS, beat);
  };
  res.on('close', () => {
    leave();
    unsubscribe();
    cancelBeat();
    lifecycle.endless.delete(end);
  });
  lifecycle.endless.add(end);
  beat();
}
