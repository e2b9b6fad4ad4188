import { SHORTEST_REDACTED } from '../../model/secret.ts';

/**
 * The texts by which a value may appear in a log: as it is, line by line, and as JSON, JavaScript, Python, URLs, forms, HTML,
 * base64 (also in the middle of something longer, such as a header `Basic`) and hexadecimal digits write it. None is shorter
 * than what is redacted.
 */
export function formsOf(value: string): Set<string> {
  if ([...value].length < SHORTEST_REDACTED) return new Set();
  const plain = [value, ...value.split(/\r?\n/), value.replace(/[\r\n]+/g, ' ')];
  const forms = new Set<string>();
  for (const text of plain) for (const form of [text, ...escaped(text), ...inUrls(text)]) forms.add(form);
  const bytes = Buffer.from(value);
  for (const form of [...inBase64(bytes), bytes.toString('hex'), bytes.toString('hex').toUpperCase()]) forms.add(form);
  for (const form of forms) if (form.length < SHORTEST_REDACTED) forms.delete(form);
  return forms;
}

function escaped(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const bare = json.replaceAll('\\"', '"');
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  return [
    json,
    ascii,
    json.replaceAll('/', '\\/'),
    ascii.replaceAll('/', '\\/'),
    // JSON within JSON.
    JSON.stringify(json).slice(1, -1),
    // What `repr` and `util.inspect` write, in either quotes.
    bare,
    bare.replaceAll("'", "\\'"),
    html,
    html.replaceAll("'", '&#39;'),
    html.replaceAll("'", '&#x27;'),
  ];
}

function inUrls(text: string): string[] {
  const lax = encodeURIComponent(text);
  const strict = lax.replace(/[!'()*]/g, percent);
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const forms = [lax, strict, strict.replaceAll('%2F', '/'), lax.replaceAll('%2F', '/'), form];
  forms.push(strict.replaceAll('%20', '+'), encodeURI(text));
  return forms.flatMap((one) => [one, one.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())]);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Alone, and where 0, 1 or 2 bytes before it belong to the same group of three: without the digits that its neighbours share. */
function inBase64(bytes: Buffer): string[] {
  const digits: string[] = [];
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const whole = padded.replace(/=+$/, '');
    const first = offset === 0 ? 0 : offset + 1;
    const end = (offset + bytes.length) % 3 === 0 ? whole.length : whole.length - 1;
    // In the middle of something, and at its end.
    digits.push(whole.slice(first, end), whole.slice(first), padded.slice(first));
  }
  return digits.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}
