import type { ServerResponse } from 'node:http';
import { Problem } from '../../model/problem.ts';
import type { DoorContext } from '../context.ts';

/** Bytes that wait for a slow caller; it is let go beyond, and may ask for the whole again. */
const MAX_WAITING_BYTES = 1_048_576;
/** Streams of one node. */
const MAX_STREAMS = 100;
const HEARTBEAT_MS = 15_000;
let streams = 0;

/** Sends what happens as server-sent events until the caller goes or the server closes. Throws `throttled` where there are too many. */
export function streamEvents(
  { lifecycle, clock }: DoorContext,
  res: ServerResponse,
  subscribe: (send: (event: string, value: unknown) => void) => () => void,
): void {
  if (streams >= MAX_STREAMS)
    throw new Problem('throttled', `${MAX_STREAMS} streams are open already; close one first`);
  streams++;
  // What is subscribed to may have something to send at once.
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=UTF-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  const end = (): void => void res.end();
  const unsubscribe = subscribe((event, value) => {
    if (res.writableLength > MAX_WAITING_BYTES) res.destroy();
    else res.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  });
  let cancelBeat = (): void => {};
  const beat = (): void => {
    if (res.writableLength === 0) res.write(':\n\n');
    cancelBeat = clock.after(HEARTBEAT_MS, beat);
  };
  res.on('close', () => {
    streams--;
    unsubscribe();
    cancelBeat();
    lifecycle.endless.delete(end);
  });
  lifecycle.endless.add(end);
  beat();
}
