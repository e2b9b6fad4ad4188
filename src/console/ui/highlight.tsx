import { Fragment } from 'react';
import classes from './highlight.module.css';
import { visible } from './visible.ts';

interface HighlightProps {
  readonly text: string;
  /** What is marked wherever it stands, ignoring case; nothing where it is empty. */
  readonly find: string;
}

/** A text in which what was searched for is marked. */
export function Highlight({ text: written, find }: HighlightProps) {
  const text = visible(written);
  if (find === '') return text;
  const parts = splitAt(text, find);
  if (parts.length === 1) return text;
  return parts.map((part, at) =>
    at % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name
      <mark key={at} className={classes.mark}>
        {part}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name
      <Fragment key={at}>{part}</Fragment>
    ),
  );
}

/** What lies before, in and between the places: every second part is one of them. */
function splitAt(text: string, find: string): string[] {
  const lower = text.toLowerCase();
  const wanted = find.toLowerCase();
  // Letters that change their length in lower case would move the places.
  if (lower.length !== text.length) return text.split(find).flatMap((part, at) => (at === 0 ? [part] : [find, part]));
  const parts: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  parts.push(text.slice(from));
  return parts;
}
