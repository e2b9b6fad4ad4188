import { useState } from 'react';

/** An event that this browser alone keeps, as browsers did before the node kept them. */
export interface BrowserEvent {
  readonly name: string;
  readonly text: string;
}

/** The events that this browser alone keeps for a function, by its id, in the order of their names. */
export function useBrowserEvents(id: string) {
  const key = `fob:events:${id}`;
  const [events, setEvents] = useState<readonly BrowserEvent[]>(() => read(key));
  return {
    events,
    forget: (name: string) => {
      // As it is now: another tab may have moved some.
      const rest = read(key).filter((each) => each.name !== name);
      if (rest.length === 0) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(rest));
      setEvents(rest);
    },
  };
}

function read(key: string): BrowserEvent[] {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown;
    return Array.isArray(found)
      ? found.filter((each) => typeof each?.name === 'string' && typeof each.text === 'string')
      : [];
  } catch {
    return [];
  }
}

/** The source that an event of this browser is. */
export const sourceOfBrowser = (name: string): string => `browser:${name}`;

/** The name nearest to one that people gave freely that an event on the node may have, and that none has yet. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const name =
    wanted
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+|-+$/g, '')
      .slice(0, 60) || 'event';
  for (let at = 1; ; at++) {
    const candidate = at === 1 ? name : `${name}-${at}`;
    if (!taken.has(candidate)) return candidate;
  }
}
