import { createHash } from 'node:crypto';
import { CLOUD_EVENT_TYPE } from '../model/cloudevents.ts';
import type { EventContent } from '../model/event.ts';
import type { CompletedInvocation, InvocationReport, Outcome, PayloadKind } from '../model/invocation.ts';

/** Where the idempotency keys of a function are kept. */
export const idempotencySpace = (name: string): string => `idempotency/${name}`;

/** How long a key stands for its run, unless asked otherwise. */
export const DEFAULT_WINDOW_MS = 86_400_000;

/** Room that is left for the rest of a record within the 1 MiB that a value may have. */
const MAX_RESULT_BYTES = 1_048_576 - 65_536;

/** What is known of a key. */
type IdempotencyRecord = { readonly fingerprint: string } & (
  | { readonly state: 'running' }
  /** An accepted event will run for it. */
  | { readonly state: 'accepted'; readonly eventId: string; readonly windowMs: number }
  | {
      readonly state: 'done';
      readonly report: InvocationReport;
      /** Without its bytes, which follow; `kept` is false where they were too many. */
      readonly outcome: RecordedOutcome;
      readonly kept: boolean;
      readonly eventId?: string;
    }
);

type RecordedOutcome =
  | { readonly status: 'succeeded'; readonly contentType: string }
  | Exclude<Outcome, { status: 'succeeded' }>;

/** What a payload is told by. */
export function fingerprintOf(payload: Uint8Array, payloadKind: PayloadKind, contentType = ''): string {
  return createHash('sha256').update(`${payloadKind}\n${contentType}\n`).update(payload).digest('base64url');
}

/** What the content of an event is told by, as an idempotency key's payload. */
export function contentFingerprint(content: EventContent): string {
  if (content.kind === 'payload') return fingerprintOf(content.payload, content.payloadKind, content.contentType);
  return fingerprintOf(Buffer.from(JSON.stringify(content.event)), 'json', CLOUD_EVENT_TYPE);
}

/** The record of a run that ended, as it is stored. */
export function encodeDone(fingerprint: string, completed: CompletedInvocation, eventId?: string): Buffer {
  const { outcome, report } = completed;
  const own = { fingerprint, state: 'done', report, ...(eventId !== undefined && { eventId }) } as const;
  if (outcome.status !== 'succeeded') return encode({ ...own, outcome, kept: true });
  const { contentType } = outcome;
  const bytes = Buffer.concat([...(outcome.chunks ?? []), outcome.payload]);
  const kept = bytes.length <= MAX_RESULT_BYTES;
  return encode({ ...own, outcome: { status: 'succeeded', contentType }, kept }, kept ? bytes : undefined);
}

/** A record as it is stored: u32 length of the JSON, the JSON, the result's bytes. */
export function encode(record: IdempotencyRecord, bytes: Uint8Array = Buffer.alloc(0)): Buffer {
  const json = Buffer.from(JSON.stringify(record));
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32BE(json.length);
  return Buffer.concat([head, json, bytes]);
}

export function decode(value: Buffer): { record: IdempotencyRecord; bytes: Buffer } {
  const end = 4 + value.readUInt32BE();
  return { record: JSON.parse(value.toString('utf8', 4, end)) as IdempotencyRecord, bytes: value.subarray(end) };
}
