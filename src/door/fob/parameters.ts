import { Problem } from '../../model/problem.ts';
import { shorten } from '../shorten.ts';

/** Parameters of a call as a JSON object of strings, and the first name that was given twice. */
export interface Parameters {
  readonly json: string;
  readonly repeated: string | undefined;
}

const NONE: Parameters = { json: '{}', repeated: undefined };
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a raw query (or a form body) in the contract's three forms, which may be mixed with `&`:
 * `name:value,name:value`, `name=value&name=value`, and `params=name:value,…`. Lists are split first and percent-decoded
 * after; only in `name=value` does a `+` mean a space. Throws `invalid_request` where an item has no name or value, or the encoding is bad.
 */
export function readParameters(query: string): Parameters {
  if (query === '') return NONE;
  const text = fromBytes(query);
  const reader = new Reader();
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('&', start);
    if (end === -1) end = text.length;
    if (end > start) reader.segment(text.slice(start, end));
    start = end + 1;
  }
  return reader;
}

class Reader implements Parameters {
  repeated: string | undefined;
  private members = '';
  private only: string | undefined;
  private names: Set<string> | undefined;

  get json(): string {
    return `{${this.members}}`;
  }

  segment(segment: string): void {
    const colon = segment.indexOf(':');
    const equals = segment.indexOf('=');
    if (equals === -1 || (colon !== -1 && colon < equals)) {
      this.list(segment, decode);
      return;
    }
    const name = decodeForm(segment.slice(0, equals));
    const value = segment.slice(equals + 1);
    if (name !== 'params') {
      this.add(name, decodeForm(value), segment);
    } else if (value.indexOf(':') !== -1) {
      this.list(value, decode);
    } else if (value !== '') {
      // Form libraries encode the separators too: then the decoded text is the list.
      const decoded = decodeForm(value);
      if (decoded.indexOf(':') === -1) this.add(name, decoded, segment);
      else this.list(decoded, asIs);
    }
  }

  private list(list: string, decodePart: (text: string) => string): void {
    let start = 0;
    while (start <= list.length) {
      let end = list.indexOf(',', start);
      if (end === -1) end = list.length;
      const item = list.slice(start, end);
      const colon = item.indexOf(':');
      if (colon === -1) throw notNameValue(item);
      this.add(decodePart(item.slice(0, colon)), decodePart(item.slice(colon + 1)), item);
      start = end + 1;
    }
  }

  private add(name: string, value: string, item: string): void {
    if (name === '') throw notNameValue(item);
    if (this.only === undefined) {
      this.only = name;
      this.members = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
      return;
    }
    this.names ??= new Set([this.only]);
    if (this.names.has(name)) this.repeated ??= name;
    this.names.add(name);
    this.members += `,${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
}

/** A form's body comes with one character per byte; bytes beyond ASCII are UTF-8 that was not percent-encoded. */
function fromBytes(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > 0x7f) return decodeBytes(text);
  }
  return text;
}

function decodeBytes(text: string): string {
  try {
    return strictUtf8.decode(Buffer.from(text, 'latin1'));
  } catch (cause) {
    throw new Problem('invalid_request', 'the parameters are not valid UTF-8', { cause });
  }
}

function decode(text: string): string {
  if (text.indexOf('%') === -1) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new Problem(
      'invalid_request',
      `"${shorten(text)}" has bad percent-encoding; write %25 for a percent sign and encode UTF-8`,
      { cause },
    );
  }
}

function decodeForm(text: string): string {
  return decode(text.indexOf('+') === -1 ? text : text.replaceAll('+', ' '));
}

function asIs(text: string): string {
  return text;
}

function notNameValue(item: string): Problem {
  return new Problem(
    'invalid_request',
    `"${shorten(item)}" is no parameter; write name:value,name:value or name=value&name=value, and encode "," as %2C and "&" as %26 in values`,
  );
}
