import { parseDestination } from '../model/destination.ts';
import { allows, type GrantAccess } from '../model/grant.ts';
import type { OutboxItem, Outcome } from '../model/invocation.ts';
import { decodeEmit, FrameError } from '../runtime/frames.ts';
import { type EmitMeta, OUTBOX_LIMITS } from '../runtime/protocol.ts';
import type { Call } from './call.ts';
import { keptOutOf, notGranted, outboxTooLarge } from './endings.ts';
import type { KeptOut } from './hooks.ts';

const MAX_TEXT = 256;
/** 15 days: longer than any destination holds something back. */
const MAX_DELAY_MS = 1_296_000_000;
/** What sending to each kind of destination is called in a grant. Others cannot be part of an outbox. */
const ACCESS: Readonly<Record<string, GrantAccess>> = { function: 'invoke', queue: 'send', topic: 'publish' };

/**
 * Adds the content of an EMIT frame to a call's outbox. Returns what the call must fail with where it may not send that, or
 * that much; throws `FrameError` where the frame is none.
 */
export function addToOutbox(
  call: Call,
  body: Buffer,
  grants: readonly string[],
  keptOut?: KeptOut,
): Outcome | undefined {
  const { meta, content } = decodeEmit(body);
  const item = readItem(meta, content);
  const [kind = '', name = ''] = item.destination.split(':');
  const access = ACCESS[kind]!;
  if (!allows(grants, kind as 'function' | 'queue' | 'topic', name, access))
    return notGranted(call.function.name, item.destination, `${kind}:${name}:${access}`);
  if (kind === 'function' && keptOut?.(call.function.name, name)) return keptOutOf(name);
  call.outbox ??= [];
  call.outboxBytes += body.length;
  if (call.outbox.length >= OUTBOX_LIMITS.items || call.outboxBytes > OUTBOX_LIMITS.bytes) return outboxTooLarge();
  call.outbox.push(item);
  return undefined;
}

/** An item as a driver claims it, made sure of in every field. */
function readItem(meta: unknown, content: Buffer): OutboxItem {
  if (typeof meta !== 'object' || meta === null) throw new FrameError('an emit frame whose meta is no JSON object');
  const { destination, contentType, key, delayMs, deduplicationId } = meta as Partial<Record<keyof EmitMeta, unknown>>;
  if (typeof destination !== 'string' || !mayBeSentTo(destination))
    throw new FrameError('an emit frame for a destination that is no function, queue or topic');
  if (!isText(contentType)) throw new FrameError('an emit frame without a content type');
  if (key !== undefined && !isText(key)) throw new FrameError('an emit frame whose key is no short text');
  if (deduplicationId !== undefined && !isText(deduplicationId))
    throw new FrameError('an emit frame whose de-duplication id is no short text');
  if (
    delayMs !== undefined &&
    !(Number.isInteger(delayMs) && (delayMs as number) >= 0 && (delayMs as number) <= MAX_DELAY_MS)
  )
    throw new FrameError('an emit frame whose delay is no number of milliseconds');
  return {
    destination,
    // The frame's body is a view into a receive buffer that would otherwise be kept whole.
    body: Buffer.from(content),
    contentType,
    ...(key !== undefined && { key }),
    ...(delayMs !== undefined && { delayMs: delayMs as number }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  };
}

function mayBeSentTo(destination: string): boolean {
  try {
    return parseDestination(destination).kind in ACCESS;
  } catch {
    return false;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT;
}
