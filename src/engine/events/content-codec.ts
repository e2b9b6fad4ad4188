import type { CloudEvent, EventContent } from '../../model/event.ts';
import type { PayloadKind } from '../../model/invocation.ts';
import { Problem } from '../../model/problem.ts';

/** The envelope: what is not bytes. */
interface Envelope {
  readonly payloadKind?: PayloadKind;
  readonly contentType?: string;
  readonly event?: CloudEvent;
  /** The rest are the bytes that the event has as `data_base64`. */
  readonly binaryData?: true;
}

const FORMAT = 1;
const HEADER_BYTES = 5;

/**
 * What an event carries, as the bytes of a queue message: u8 format, u32 envelope length, envelope (JSON), raw bytes.
 * Payloads and binary data stand there as they are, not as base64.
 */
export function encodeContent(content: EventContent): Buffer {
  if (content.kind === 'payload') {
    const { payload, payloadKind, contentType } = content;
    return join({ payloadKind, ...(contentType !== undefined && { contentType }) }, payload);
  }
  const { data_base64: text, ...event } = content.event;
  if (typeof text === 'string') {
    const bytes = Buffer.from(text, 'base64');
    // A text that Node would write otherwise is kept as it came.
    if (bytes.toString('base64') === text) return join({ event: event as CloudEvent, binaryData: true }, bytes);
  }
  return join({ event: content.event }, Buffer.alloc(0));
}

/** Reads what `encodeContent` wrote; `internal` where it is from a newer version, or damaged. */
export function decodeContent(body: Buffer): EventContent {
  const { envelope, rest } = split(body);
  const { event, payloadKind, contentType, binaryData } = envelope;
  if (event !== undefined) {
    return { kind: 'event', event: binaryData ? { ...event, data_base64: rest.toString('base64') } : event };
  }
  if (payloadKind === undefined) throw unreadable();
  return { kind: 'payload', payload: rest, payloadKind, ...(contentType !== undefined && { contentType }) };
}

function join(envelope: Envelope, bytes: Uint8Array): Buffer {
  const json = JSON.stringify(envelope);
  const jsonBytes = Buffer.byteLength(json);
  const body = Buffer.allocUnsafe(HEADER_BYTES + jsonBytes + bytes.byteLength);
  body.writeUInt8(FORMAT);
  body.writeUInt32BE(jsonBytes, 1);
  body.write(json, HEADER_BYTES);
  body.set(bytes, HEADER_BYTES + jsonBytes);
  return body;
}

function split(body: Buffer): { envelope: Envelope; rest: Buffer } {
  if (body.length < HEADER_BYTES || body.readUInt8() !== FORMAT) throw unreadable();
  const end = HEADER_BYTES + body.readUInt32BE(1);
  if (end > body.length) throw unreadable();
  try {
    return { envelope: JSON.parse(body.toString('utf8', HEADER_BYTES, end)) as Envelope, rest: body.subarray(end) };
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): Problem {
  return new Problem('internal', 'the stored event cannot be read: it is damaged, or was written by a newer version', {
    cause,
  });
}
