import type { Outcome } from '../../model/invocation.ts';
import { bareType, isJsonType } from '../media-type.ts';

const NEWLINE = 0x0a;
const COMMA = 0x2c;

/** A result as the JSON value of the contract's `result`; bytes that are JSON pass through unread. */
export function resultJson(outcome: Extract<Outcome, { status: 'succeeded' }>): Buffer {
  const { chunks, payload, contentType } = outcome;
  if (chunks === undefined) {
    if (contentType === 'application/json') return payload;
    return gathered(payload, contentType);
  }
  return gathered(Buffer.concat([...chunks, payload]), contentType);
}

function gathered(bytes: Buffer, contentType: string): Buffer {
  const type = bareType(contentType);
  if (type === 'application/x-ndjson') return jsonArray(bytes);
  if (isJsonType(type)) return bytes;
  return Buffer.from(JSON.stringify(bytes.toString(type.startsWith('text/') ? 'utf8' : 'base64')));
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
