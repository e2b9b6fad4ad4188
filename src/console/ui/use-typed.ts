import { useCallback, useEffect, useRef, useState } from 'react';

/** Waits for the end of a word before the URL, and what follows from it, changes. */
const PAUSE_MS = 150;

interface Typed {
  readonly text: string;
  readonly type: (text: string) => void;
  /** Without waiting any longer. */
  readonly commit: (text: string) => void;
}

/**
 * Text that is typed into a field and stands in the URL. The field keeps what was typed, however late the URL follows: a value that
 * arrives is taken over only where it came from elsewhere, such as a link or the way back.
 */
export function useTyped(value: string, onChange: (text: string) => void, pauseMs = PAUSE_MS): Typed {
  const [text, setText] = useState(value);
  const timer = useRef<number>(undefined);
  /** What was written and has not arrived yet. */
  const underway = useRef<string[]>([]);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  useEffect(() => {
    const at = underway.current.indexOf(value);
    if (at !== -1) {
      underway.current.splice(0, at + 1);
      return;
    }
    window.clearTimeout(timer.current);
    setText(value);
  }, [value]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const commit = useCallback((next: string) => {
    window.clearTimeout(timer.current);
    setText(next);
    if (next === (underway.current.at(-1) ?? latest.current.value)) return;
    underway.current.push(next);
    latest.current.onChange(next);
  }, []);
  const type = useCallback(
    (next: string) => {
      setText(next);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => commit(next), pauseMs);
    },
    [commit, pauseMs],
  );
  return { text, type, commit };
}
