import { useCallback, useSyncExternalStore } from 'react';

/** Edits that are not deployed yet, kept in this browser until they are, or are thrown away. */
export interface Draft {
  /** The version that they began from, and the revision that the function stood at. */
  readonly version: number;
  readonly revision: number;
  /** New texts by path; `null` for a file that is removed. */
  readonly files: Readonly<Record<string, string | null>>;
}

/** A draft that somebody looks at, or that is being deployed. */
interface Held {
  draft: Draft | undefined;
  readonly watchers: Set<() => void>;
}

const EMPTY: Draft['files'] = {};
/** By who edits, and the ids of functions. */
const held = new Map<string, Held>();

/** The draft that one person has of a function, by both their ids: one of the same name that comes later has none of it. */
export function useDraft(id: string, version: number, revision: number) {
  const watch = useCallback((watcher: () => void) => holdDraft(id, watcher), [id]);
  const draft = useSyncExternalStore(watch, () => heldOf(id).draft);
  const edit = (path: string, text: string | null | undefined) => {
    const base = heldOf(id).draft ?? { version, revision, files: EMPTY };
    const { [path]: _, ...others } = base.files;
    const files = text === undefined ? others : { ...others, [path]: text };
    write(id, Object.keys(files).length === 0 ? undefined : { ...base, files });
  };
  return {
    draft,
    files: draft?.files ?? EMPTY,
    /** The draft as the last key left it, also within the same moment, and wherever one looks by now. */
    latest: () => heldOf(id).draft,
    /** Writes a file's new text, or `null` to remove it; `undefined` leaves it as it is in the version. */
    edit,
    discard: () => write(id, undefined),
    /** Lays the edits upon another version. */
    rebase: (onto: number, at: number) => {
      const { draft: before } = heldOf(id);
      if (before !== undefined) write(id, { ...before, version: onto, revision: at });
    },
  };
}

/**
 * Keeps the draft of a function the same for all who hold it, until the returned function is called; who comes when nobody does reads
 * what the browser has, where another tab may have written.
 */
export function holdDraft(id: string, watcher: () => void): () => void {
  const found = heldOf(id);
  // Of each their own, so that two who are told by the same are two.
  const own = () => watcher();
  found.watchers.add(own);
  return () => {
    found.watchers.delete(own);
    if (found.watchers.size === 0 && held.get(id) === found) held.delete(id);
  };
}

function heldOf(id: string): Held {
  const found = held.get(id) ?? { draft: read(id), watchers: new Set() };
  held.set(id, found);
  return found;
}

function write(id: string, next: Draft | undefined): void {
  const found = heldOf(id);
  found.draft = next;
  try {
    if (next === undefined) localStorage.removeItem(keyOf(id));
    else localStorage.setItem(keyOf(id), JSON.stringify(next));
  } catch {
    // A full or forbidden storage: the draft lasts as long as the page.
  }
  for (const watcher of found.watchers) watcher();
}

function read(id: string): Draft | undefined {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null') as Draft | null;
    return found !== null && typeof found.files === 'object' && found.files !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(id: string): string {
  return `fob:draft:${id}`;
}
