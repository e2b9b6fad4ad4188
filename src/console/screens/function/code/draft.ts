import { useCallback, useRef, useState } from 'react';

/** Edits that are not deployed yet, kept in this browser until they are, or are thrown away. */
export interface Draft {
  /** The version that they began from, and the revision that the function stood at. */
  readonly version: number;
  readonly revision: number;
  /** New texts by path; `null` for a file that is removed. */
  readonly files: Readonly<Record<string, string | null>>;
}

const EMPTY: Draft['files'] = {};

/** The draft of one function, by its id: one of the same name that comes later has none of it. */
export function useDraft(id: string, version: number, revision: number) {
  const key = `fob:draft:${id}`;
  const [draft, setDraft] = useState<Draft | undefined>(() => read(key));
  const latest = useRef(draft);
  const write = useCallback(
    (next: Draft | undefined) => {
      latest.current = next;
      setDraft(next);
      try {
        if (next === undefined) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // A full or forbidden storage: the draft lasts as long as the page.
      }
    },
    [key],
  );
  const edit = (path: string, text: string | null | undefined) => {
    const base = latest.current ?? { version, revision, files: EMPTY };
    const { [path]: _, ...others } = base.files;
    const files = text === undefined ? others : { ...others, [path]: text };
    write(Object.keys(files).length === 0 ? undefined : { ...base, files });
  };
  return {
    draft,
    files: draft?.files ?? EMPTY,
    /** The draft as the last key left it, also within the same moment. */
    latest: () => latest.current,
    /** Writes a file's new text, or `null` to remove it; `undefined` leaves it as it is in the version. */
    edit,
    discard: () => write(undefined),
    /** Lays the edits upon another version. */
    rebase: (onto: number, at: number) => latest.current && write({ ...latest.current, version: onto, revision: at }),
  };
}

function read(key: string): Draft | undefined {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null;
    return found !== null && typeof found.files === 'object' && found.files !== null ? found : undefined;
  } catch {
    return undefined;
  }
}
