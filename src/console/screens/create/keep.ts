import { useCallback, useEffect, useRef, useState } from 'react';
import { type Draft, NEW_DRAFT } from './draft.ts';

/** Another one for each shape of a draft. */
const KEY = 'fob.create.2';
/** Options of triggers that no storage of a browser is to hold. */
const SECRET = /secret|password|token|^key$|certKey|credentials/i;

/** What a person is creating, kept in this tab until it is done or given up; secrets are left out. */
export function useKeptDraft(person: string): [Draft, (change: (draft: Draft) => Draft) => void, () => void] {
  const key = `${KEY} ${person}`;
  const [draft, setDraft] = useState(() => restored(key));
  const isOver = useRef(false);
  useEffect(() => {
    if (isOver.current) return;
    try {
      sessionStorage.setItem(key, JSON.stringify(draft, withoutSecrets));
    } catch {
      // It is larger than what a tab may keep: then a reload begins anew.
      clear(key);
    }
  }, [draft, key]);
  const forget = useCallback(() => {
    isOver.current = true;
    clear(key);
  }, [key]);
  return [draft, setDraft, forget];
}

function clear(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // A browser that was told to keep nothing.
  }
}

function restored(key: string): Draft {
  try {
    const kept = sessionStorage.getItem(key);
    if (kept !== null) return { ...NEW_DRAFT, ...(JSON.parse(kept) as Draft) };
  } catch {
    // Of another version of this console.
  }
  return NEW_DRAFT;
}

/** References such as `${API_KEY}` are no secrets: they name one. */
function withoutSecrets(name: string, value: unknown): unknown {
  const isReference = typeof value === 'string' && /^\$\{[A-Z0-9_]+\}$/.test(value);
  return typeof value === 'string' && value.length < 10_000 && SECRET.test(name) && !isReference ? undefined : value;
}
