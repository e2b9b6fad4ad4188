import { bareType } from '../../model/media-type.ts';
import { Problem } from '../../model/problem.ts';
import { type EventBody, messageData } from '../../model/shape/event-data.ts';
import type { HookRequest } from '../trigger-type.ts';

const FORM = 'application/x-www-form-urlencoded';
const MAX_FIELDS = 1_000;

/** A request's body as an event holds it: JSON and forms parsed. Throws `invalid_request` for JSON that is none, and for an empty body. */
export function eventBody({ headers, body }: HookRequest): EventBody {
  const contentType = headers['content-type'] ?? '';
  const type = bareType(contentType);
  if (body.length === 0) throw new Problem('invalid_request', 'the request has no body; a webhook has one');
  if (type === FORM) {
    const text = body.toString();
    return { datacontenttype: contentType, data: formFields(text), datatext: text };
  }
  const parsed = messageData(body, contentType);
  const isParsed = parsed.data_base64 === undefined && parsed.datacontenttype === contentType;
  if (/[/+]json$/.test(type) && !isParsed) {
    throw new Problem('invalid_request', `the body is no JSON, but its content type ${type} says so`);
  }
  return parsed;
}

/** Fields by name; one that stands there several times is a list. */
function formFields(text: string): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > MAX_FIELDS) throw new Problem('invalid_request', `the form has more than ${MAX_FIELDS} fields`);
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(fields);
}
