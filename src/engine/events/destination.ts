import { failureCode, type OutboxItem } from '../../model/invocation.ts';
import { type DestinationRecord, readablePayload } from '../../model/shape/destination-record.ts';
import { cloudEventOf, type HeldEvent } from './held-event.ts';
import type { LastError } from './message.ts';
import type { Run } from './settle.ts';

/** What a destination is sent of an event that ended. */
export function destinationItem(
  destination: string,
  condition: DestinationRecord['requestContext']['condition'],
  held: HeldEvent,
  attempts: number,
  run: Run | undefined,
  timestamp: string,
  lastError?: LastError,
): OutboxItem {
  const { eventId } = held.attributes;
  const [, name = ''] = held.message.lease.queue.split('/');
  const report = run?.completed?.report;
  const record: DestinationRecord = {
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
  return {
    destination,
    body: Buffer.from(JSON.stringify(record)),
    contentType: 'application/json',
    // Told apart from what else left with the same run: its outbox, and other events of the batch.
    deduplicationId: `${eventId}/${condition}/${report?.invocationId ?? timestamp}`,
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
