import { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE, publicEvent } from '../cloudevents.ts';
import type { CloudEvent } from '../event.ts';
import { bodyBytes } from '../shape/event-data.ts';

/** One HTTP message. */
export interface EventMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An event as one JSON document. */
export function encodeStructured(event: CloudEvent): EventMessage {
  return {
    headers: { 'content-type': `${CLOUD_EVENT_TYPE}; charset=utf-8` },
    body: Buffer.from(JSON.stringify(publicEvent(event))),
  };
}

/** Events as one JSON array. */
export function encodeBatch(events: readonly CloudEvent[]): EventMessage {
  return {
    headers: { 'content-type': `${CLOUD_EVENT_BATCH_TYPE}; charset=utf-8` },
    body: Buffer.from(JSON.stringify(events.map(publicEvent))),
  };
}

/** An event as headers, with its data alone as the body. */
export function encodeBinary(event: CloudEvent): EventMessage {
  const { data, data_base64, datacontenttype, ...attributes } = publicEvent(event);
  const type = datacontenttype ?? (data === undefined ? undefined : 'application/json');
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) headers[`ce-${name}`] = percentEncode(String(value));
  }
  const hasData = data !== undefined || data_base64 !== undefined;
  return { headers, body: hasData ? bodyBytes({ ...event, ...(type && { datacontenttype: type }) }) : Buffer.alloc(0) };
}

function percentEncode(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\x21-\x7e]|["%]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    );
}
