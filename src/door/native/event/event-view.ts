import type { PendingEvent } from '../../../engine/api.ts';
import { parseJsonText } from '../../../model/json.ts';
import type { EventRecord } from '../../../store/journal.ts';

/** An event that waits, runs or is dead, as the API shows it; `whole` adds what is in it. */
export function pendingView(event: PendingEvent, whole: boolean): Record<string, unknown> {
  const { content, lastError, ...rest } = event;
  const cloudEvent = content.kind === 'event' ? content.event : undefined;
  return {
    ...rest,
    ...(lastError !== undefined && { ...lastError }),
    ...(cloudEvent !== undefined && { source: cloudEvent.source, sourceId: cloudEvent.id }),
    ...(whole && (content.kind === 'event' ? { event: content.event } : payloadView(content))),
  };
}

/** An event that has ended, from its record. */
export function endedView(record: EventRecord): Record<string, unknown> {
  return { ...record };
}

function payloadView(content: Extract<PendingEvent['content'], { kind: 'payload' }>): Record<string, unknown> {
  const bytes = Buffer.from(content.payload);
  if (content.payloadKind === 'binary') {
    return { payload: bytes.toString('base64'), contentType: content.contentType ?? 'application/octet-stream' };
  }
  try {
    return { payload: parseJsonText(bytes.toString()), contentType: 'application/json' };
  } catch {
    return { payload: bytes.toString('base64'), contentType: 'application/octet-stream' };
  }
}
