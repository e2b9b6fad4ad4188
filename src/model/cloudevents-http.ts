import { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE, checkEvent } from './cloudevents.ts';
import type { CloudEvent } from './event.ts';
import { bareType, declaresJson } from './media-type.ts';
import { Problem } from './problem.ts';
import { type EventBody, messageData } from './shape/event-data.ts';

/** Most events of one batch. */
export const MAX_BATCH = 1_000;

const PREFIX = 'ce-';
const TEXT_TYPE = /^(?:text\/|application\/(?:xml|javascript|yaml|x-www-form-urlencoded)\b|[^;]*\+(?:xml|yaml)\b)/i;

/** Headers with lower-case names; several values where one came several times. */
type EventHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The events of an HTTP message in any of the three content modes, by CloudEvents' HTTP protocol binding 1.0.
 * Throws `unsupported_media_type` for what is no CloudEvent or in another format than JSON, `invalid_request` for one that
 * is not as it must be, `too_large` for a batch of more than `MAX_BATCH`.
 */
export function decodeEvents(headers: EventHeaders, body: Buffer): CloudEvent[] {
  const contentType = only(headers, 'content-type') ?? '';
  const type = bareType(contentType);
  if (!type.startsWith('application/cloudevents')) return [decodeBinary(headers, contentType, body)];
  if (type !== CLOUD_EVENT_TYPE && type !== CLOUD_EVENT_BATCH_TYPE) {
    throw new Problem(
      'unsupported_media_type',
      `events are taken as ${CLOUD_EVENT_TYPE} or ${CLOUD_EVENT_BATCH_TYPE}, not as ${type}`,
    );
  }
  if (!isUtf8(contentType)) throw new Problem('unsupported_media_type', 'events in JSON are UTF-8');
  const parsed = messageData(body, 'application/json');
  if (parsed.datacontenttype !== 'application/json' || parsed.data_base64 !== undefined) {
    throw new Problem('invalid_request', 'the body is no JSON');
  }
  if (type === CLOUD_EVENT_TYPE) return [checkEvent(parsed.data)];
  if (!Array.isArray(parsed.data)) throw new Problem('invalid_request', 'a batch of events is a JSON array');
  if (parsed.data.length > MAX_BATCH) throw new Problem('too_large', `a batch holds at most ${MAX_BATCH} events`);
  return parsed.data.map(checkEvent);
}

function decodeBinary(headers: EventHeaders, contentType: string, body: Buffer): CloudEvent {
  const attributes: Record<string, unknown> = {};
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(PREFIX)) continue;
    const attribute = name.slice(PREFIX.length);
    if (['data', 'data_base64', 'datacontenttype'].includes(attribute)) {
      throw new Problem('invalid_request', `the header ${name} must not be: the body and Content-Type say it`);
    }
    attributes[attribute] = percentDecode(unquote(only(headers, name)!), name);
  }
  if (Object.keys(attributes).length === 0) {
    throw new Problem(
      'unsupported_media_type',
      `this is no CloudEvent: send JSON as ${CLOUD_EVENT_TYPE}, or the headers ce-specversion, ce-id, ce-source and ce-type`,
    );
  }
  const { datatext, ...data } = binaryData(contentType, body);
  const event = checkEvent({ ...attributes, ...data });
  return datatext === undefined ? event : { ...event, datatext };
}

/** A body by its declared type alone, never by what it looks like: JSON, a text, or bytes. */
function binaryData(contentType: string, body: Buffer): EventBody {
  const type = contentType === '' ? {} : { datacontenttype: contentType };
  if (body.length === 0) return type;
  if (contentType !== '' && isUtf8(contentType)) {
    if (declaresJson(contentType)) {
      const parsed = messageData(body, contentType);
      if (parsed.datacontenttype === contentType && parsed.data_base64 === undefined) return parsed;
      throw new Problem('invalid_request', `the body is no JSON, but its content type ${contentType} says so`);
    }
    if (TEXT_TYPE.test(contentType)) {
      const parsed = messageData(body, contentType);
      if (parsed.data_base64 === undefined) return parsed;
    }
  }
  return { ...type, data_base64: body.toString('base64') };
}

function isUtf8(contentType: string): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1] ?? 'utf-8';
  return /^(?:utf-?8|us-ascii)$/i.test(charset);
}

/** The value of a header that may be there once. */
function only(headers: EventHeaders, name: string): string | undefined {
  const value = headers[name];
  if (typeof value === 'string' || value === undefined) return value;
  if (value.length > 1) throw new Problem('invalid_request', `the header ${name} is there ${value.length} times`);
  return value[0];
}

/** A quoted string's text; senders by older versions of the binding quote values. */
function unquote(value: string): string {
  const text = value.trim();
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

function percentDecode(text: string, name: string): string {
  if (/[^\t\x20-\x7e]/.test(text)) {
    throw new Problem('invalid_request', `the header ${name} holds characters beyond ASCII; encode them as %xy`);
  }
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new Problem('invalid_request', `the header ${name} is not well percent-encoded UTF-8`, { cause });
  }
}
