import { type CompletedInvocation, failureCode, type OutboxItem } from '../../model/invocation.ts';
import { type DestinationRecord, readablePayload } from '../../model/shape/destination-record.ts';
import { cloudEventOf, type HeldEvent } from './held-event.ts';
import type { LastError } from './message.ts';

/** What a run for events left behind. */
export interface Run {
  readonly completed?: CompletedInvocation;
  readonly payload: Uint8Array;
}

/** How an event came to its end. */
export interface End {
  readonly condition: DestinationRecord['requestContext']['condition'];
  readonly held: HeldEvent;
  readonly attempts: number;
  readonly run: Run | undefined;
  readonly timestamp: string;
  readonly lastError?: LastError;
}

/** What a destination is sent of an event that ended. */
export function destinationItem(destination: string, end: End): OutboxItem {
  return {
    destination,
    body: Buffer.from(JSON.stringify(recordOf(end))),
    contentType: 'application/json',
    deduplicationId: endId(end),
  };
}

/** Tells an end apart from what else left with the same run: its outbox, and other events of the batch. */
export function endId({ condition, held, run, timestamp }: End): string {
  return `${held.attributes.eventId}/${condition}/${run?.completed?.report.invocationId ?? timestamp}`;
}

export function recordOf({ condition, held, attempts, run, timestamp, lastError }: End): DestinationRecord {
  const { eventId } = held.attributes;
  const [, name = ''] = held.message.lease.queue.split('/');
  const report = run?.completed?.report;
  return {
    version: '1.0',
    timestamp,
    requestContext: {
      requestId: eventId,
      functionArn: report === undefined ? name : `${name}:${report.version}`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: run === undefined ? original(held) : readablePayload(run.payload),
    ...responseOf(run, lastError),
  };
}

function responseOf(
  run: Run | undefined,
  lastError: LastError | undefined,
): Pick<DestinationRecord, 'responseContext' | 'responsePayload'> {
  const completed = run?.completed;
  if (completed === undefined) {
    if (lastError === undefined) return {};
    return { responsePayload: { errorType: lastError.reason, errorMessage: lastError.message } };
  }
  const { outcome, report } = completed;
  const executedVersion = String(report.version);
  if (outcome.status === 'succeeded') {
    // A run that succeeded may yet have failed this event: by naming it, or by what it sent.
    const error = lastError && { functionError: lastError.reason };
    return {
      responseContext: { statusCode: 200, executedVersion, ...error },
      responsePayload: readablePayload(Buffer.concat([...(outcome.chunks ?? []), outcome.payload])),
    };
  }
  const { type, message, stack } = outcome.error;
  return {
    responseContext: { statusCode: 200, executedVersion, functionError: failureCode(outcome) },
    responsePayload: { errorType: type, errorMessage: message, stackTrace: stack === '' ? [] : stack.split('\n') },
  };
}

/** What came, where it never got the shape that the function would have seen. */
function original(held: HeldEvent): unknown {
  return held.content.kind === 'payload' ? readablePayload(held.content.payload) : cloudEventOf(held);
}
