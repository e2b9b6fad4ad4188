import assert from 'node:assert/strict';
import { formatId } from '../../model/id.ts';
import type { EventRecord, InvocationRecord, LogRecord, Page, SpanRecord } from '../journal.ts';

/** Records to append, and what conformance suites do with those that come back. */

let ids = 0;

export function invocation(fn: string, startedAtMs: number): InvocationRecord {
  return {
    invocationId: idAt(startedAtMs),
    function: fn,
    version: 3,
    door: 'fob',
    status: 'succeeded',
    startedAtMs,
    queuedMs: 0.125,
    durationMs: 12.5,
    coldStart: false,
    sandboxId: 'sandbox-1',
    payloadBytes: 10,
    resultBytes: 20,
  };
}

export function event(fn: string, endedAtMs: number): EventRecord {
  const acceptedAtMs = endedAtMs - 1_000;
  const eventId = idAt(acceptedAtMs);
  return { eventId, function: fn, lane: 'direct', state: 'delivered', attempts: 1, acceptedAtMs, endedAtMs };
}

export function span(traceId: string, startedAtMs: number): SpanRecord {
  const spanId = (++ids).toString(16).padStart(16, '0');
  return { traceId, spanId, name: 'work', kind: 'internal', startedAtMs, durationMs: 1, attributes: {} };
}

export function withoutId({ id, ...line }: LogRecord): LogRecord {
  assert.match(id ?? '', /^-?\d+$/);
  return line;
}

/** A UUID version 7 of that time. */
export function idAt(timeMs: number): string {
  const id = Buffer.alloc(16);
  const n = ++ids;
  id.writeUIntBE(timeMs, 0, 6);
  id.writeUInt16BE(0x7000 | (n & 0xfff), 6);
  id.writeUInt32BE(0x80000000, 8);
  id.writeUInt32BE(n, 12);
  return formatId(id);
}

export function logLine(fn: string, timeMs: number, text: string): LogRecord {
  return { timeMs, function: fn, version: 3, sandboxId: 'sandbox-1', stream: 'stdout', level: 'info', text };
}

export async function all<T>(page: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: { cursor?: string } | undefined = {}; cursor; ) {
    const next: Page<T> = await page(cursor);
    items.push(...next.items);
    cursor = next.cursor === undefined ? undefined : { cursor: next.cursor };
  }
  return items;
}

export function isWithin(timeMs: number, { fromMs, toMs }: { fromMs?: number; toMs?: number }): boolean {
  return timeMs >= (fromMs ?? 0) && timeMs < (toMs ?? Number.POSITIVE_INFINITY);
}
