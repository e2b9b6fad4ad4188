import { useMemo } from 'react';
import { useWords } from './words.ts';

/** By which column a table is sorted. */
export interface Order {
  readonly key: string;
  readonly descending?: boolean;
}

/**
 * The order of a table, as a word of the URL: `sort=name`, `sort=-name` for the last first, and none for the order that it begins
 * with. What names no column that can be sorted by says nothing. Changing it leaves no step in the history.
 */
export function useOrder(
  word: string,
  initial: Order | undefined,
  sortable: ReadonlySet<string>,
): readonly [Order | undefined, (order: Order) => void] {
  const [{ [word]: text = '' }, setWords] = useWords([word]);
  const asked = orderOf(text);
  const isKnown = sortable.has(asked.key);
  const key = isKnown ? asked.key : initial?.key;
  const descending = isKnown ? asked.descending : initial?.descending;
  // The same as long as it says the same: rows are sorted anew by another one.
  const order = useMemo(
    () => (key === undefined ? undefined : { key, descending: descending === true }),
    [key, descending],
  );
  const set = (next: Order): void => {
    const isInitial = initial !== undefined && wordOf(next) === wordOf(initial);
    setWords({ [word]: isInitial ? '' : wordOf(next) });
  };
  return [order, set];
}

function orderOf(word: string): Order {
  return word.startsWith('-') ? { key: word.slice(1), descending: true } : { key: word, descending: false };
}

function wordOf({ key, descending }: Order): string {
  return descending ? `-${key}` : key;
}
