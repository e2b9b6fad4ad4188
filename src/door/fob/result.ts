import type { Outcome } from '../../model/invocation.ts';
import { bareType, isJsonType } from '../../model/media-type.ts';

const NEWLINE = 0x0a;
const COMMA = 0x2c;

/**
 * A result as the JSON value of the contract's `result`. What a driver encoded passes through unread; what a function
 * streamed, or called JSON itself, is looked at, so that the answer is JSON whatever it was.
 */
export function resultJson({ chunks, payload, contentType }: Extract<Outcome, { status: 'succeeded' }>): Buffer {
  if (chunks === undefined && contentType === 'application/json') return payload;
  const bytes = chunks === undefined ? payload : Buffer.concat([...chunks, payload]);
  const type = bareType(contentType);
  if (type === 'application/x-ndjson') return jsonOrText(jsonArray(bytes), bytes);
  if (isJsonType(type)) return jsonOrText(bytes, bytes);
  return textJson(bytes, type.startsWith('text/') ? 'utf8' : 'base64');
}

function jsonOrText(json: Buffer, bytes: Buffer): Buffer {
  try {
    JSON.parse(json.toString());
    return json;
  } catch {
    return textJson(bytes, 'utf8');
  }
}

function textJson(bytes: Buffer, encoding: 'utf8' | 'base64'): Buffer {
  return Buffer.from(JSON.stringify(bytes.toString(encoding)));
}

/** Lines of JSON as one array. JSON holds no raw line ends, so joining them needs no parsing. */
function jsonArray(lines: Buffer): Buffer {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === NEWLINE) end--;
  const array = Buffer.allocUnsafe(end + 2);
  array[0] = 0x5b;
  lines.copy(array, 1, 0, end);
  for (let at = array.indexOf(NEWLINE, 1); at !== -1 && at <= end; at = array.indexOf(NEWLINE, at + 1))
    array[at] = COMMA;
  array[end + 1] = 0x5d;
  return array;
}
