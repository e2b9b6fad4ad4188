import type { Redactor } from '../../model/redactor.ts';
import { SHORTEST_REDACTED } from '../../model/secret.ts';
import { formsOf } from './forms.ts';

/** So much of a form is looked for; what follows is compared where that is found. */
const PREFIX_LENGTH = 12;
/** So many characters tell, by a hash that rolls over the text, where it is worth to look; no form is shorter. */
const HASHED = 4;
const HASHES = 65_536;
/** A text as long as this may be a piece of a longer line: what it ends or begins with may be a piece of a value. */
const MAY_BE_CUT = 16_000;

interface Form {
  readonly text: string;
  readonly marker: string;
}

/**
 * Replaces every form of every value (see `formsOf`) by `[secret:<name>]`, the longest first where several begin at one
 * place, in one pass. `values` are names of secrets and their values. `undefined` where no value is long enough.
 */
export function createRedactor(values: Iterable<readonly [name: string, value: string]>): Redactor | undefined {
  const markers = new Map<string, string>();
  for (const [name, value] of values) {
    for (const text of formsOf(value)) if (!markers.has(text)) markers.set(text, `[secret:${name}]`);
  }
  if (markers.size === 0) return undefined;
  const forms = [...markers].map(([text, marker]): Form => ({ text, marker }));
  forms.sort((a, b) => b.text.length - a.text.length);
  const byPrefix = Map.groupBy(forms, ({ text }) => text.slice(0, PREFIX_LENGTH));
  const begins = new Uint8Array(HASHES);
  for (const prefix of byPrefix.keys()) {
    let hash = 0;
    for (let at = 0; at < HASHED; at++) hash = rolled(hash, prefix.charCodeAt(at));
    begins[hash] = 1;
  }
  const formAt = (text: string, at: number): Form | undefined => {
    for (let length = PREFIX_LENGTH; length >= SHORTEST_REDACTED; length--) {
      const found = byPrefix.get(text.slice(at, at + length))?.find((form) => text.startsWith(form.text, at));
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const redactWhole = (text: string): string => {
    let clean = '';
    let done = 0;
    let hash = 0;
    for (let end = 0; end < text.length; end++) {
      hash = rolled(hash, text.charCodeAt(end));
      const at = end - HASHED + 1;
      if (begins[hash] === 0 || at < done) continue;
      const form = formAt(text, at);
      if (form === undefined) continue;
      clean += text.slice(done, at) + form.marker;
      done = at + form.text.length;
      end = done - 1;
    }
    return done === 0 ? text : clean + text.slice(done);
  };
  return {
    longest: forms[0]!.text.length,
    redactWhole,
    redact: (text) => {
      const clean = redactWhole(text);
      return clean.length < MAY_BE_CUT ? clean : withoutPieces(clean, forms);
    },
  };
}

/** The hash of the last four characters, of which the oldest falls out of its 16 bits. */
function rolled(hash: number, unit: number): number {
  return ((hash << 4) ^ unit) & 0xffff;
}

/** A text without the beginning of a form at its end, and without the end of one at its beginning. */
function withoutPieces(text: string, forms: readonly Form[]): string {
  let from = 0;
  let to = text.length;
  let head = '';
  let tail = '';
  for (const { text: form, marker } of forms) {
    const begins = form.slice(0, SHORTEST_REDACTED);
    for (let at = text.indexOf(begins, text.length - form.length + 1); at !== -1; at = text.indexOf(begins, at + 1)) {
      if (at >= to || !form.startsWith(text.slice(at))) continue;
      to = at;
      tail = marker;
    }
    const ends = form.slice(-SHORTEST_REDACTED);
    const last = form.length - 1 - SHORTEST_REDACTED;
    for (
      let at = text.lastIndexOf(ends, last);
      at !== -1 && last >= 0;
      at = at === 0 ? -1 : text.lastIndexOf(ends, at - 1)
    ) {
      const end = at + SHORTEST_REDACTED;
      if (end <= from || !form.endsWith(text.slice(0, end))) continue;
      from = end;
      head = marker;
    }
  }
  return from <= to ? head + text.slice(from, to) + tail : head;
}
