import type { ServerResponse } from 'node:http';
import type { LogRecord } from '../../../store/journal.ts';
import type { DoorContext } from '../../context.ts';

/** Bytes that wait for a slow caller; lines beyond are dropped and counted. */
const MAX_WAITING_BYTES = 1_048_576;
const HEARTBEAT_MS = 15_000;

export interface Tail {
  readonly format: 'sse' | 'ndjson';
  /** Called once it is sure that it is sent. */
  readonly begin: () => void;
  readonly subscribe: (onLine: (line: LogRecord) => void) => () => void;
  readonly wanted: (line: LogRecord) => boolean;
}

/** Sends lines until the caller goes or the server closes. Memory is bounded: what a slow caller cannot take is dropped, and it is told how much. Throws `throttled` where there are too many (`StreamSeats`). */
export function streamTail({ lifecycle, clock }: DoorContext, res: ServerResponse, tail: Tail): void {
  const end = (): void => void res.end();
  const leave = lifecycle.tails.take(res.req, end);
  tail.begin();
  const sse = tail.format === 'sse';
  let dropped = 0;

  const send = (event: string, value: unknown) => {
    const json = JSON.stringify(value);
    res.write(sse ? `event: ${event}\ndata: ${json}\n\n` : `${json}\n`);
  };
  const settleDropped = () => {
    if (dropped === 0) return;
    const count = dropped;
    dropped = 0;
    send('dropped', { dropped: count });
  };
  const unsubscribe = tail.subscribe((line) => {
    if (!tail.wanted(line)) return;
    if (res.writableLength > MAX_WAITING_BYTES) {
      dropped++;
      return;
    }
    settleDropped();
    send('line', line);
  });
  let cancelBeat = () => {};
  const beat = () => {
    if (sse && res.writableLength === 0) res.write(':\n\n');
    cancelBeat = clock.after(HEARTBEAT_MS, beat);
  };
  res.on('drain', settleDropped);
  res.on('close', () => {
    leave();
    unsubscribe();
    cancelBeat();
    lifecycle.endless.delete(end);
  });
  lifecycle.endless.add(end);
  res.writeHead(200, {
    'Content-Type': sse ? 'text/event-stream; charset=UTF-8' : 'application/x-ndjson; charset=UTF-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  res.flushHeaders();
  beat();
}
