import { useState } from 'react';

/** An event that one keeps, to run the function with it again. */
export interface SavedEvent {
  readonly name: string;
  readonly text: string;
}

/** The events that this browser keeps for a function, by its id, in the order of their names. */
export function useSavedEvents(id: string) {
  const key = `fob:events:${id}`;
  const [events, setEvents] = useState<readonly SavedEvent[]>(() => read(key));
  const write = (next: readonly SavedEvent[]) => {
    const sorted = [...next].sort((a, b) => (a.name < b.name ? -1 : 1));
    setEvents(sorted);
    localStorage.setItem(key, JSON.stringify(sorted));
  };
  return {
    events,
    /** Keeps an event, in place of one of the same name. Throws where the browser has no room. */
    save: (event: SavedEvent) => write([...events.filter(({ name }) => name !== event.name), event]),
    remove: (name: string) => write(events.filter((each) => each.name !== name)),
  };
}

function read(key: string): SavedEvent[] {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown;
    return Array.isArray(found)
      ? found.filter((each) => typeof each?.name === 'string' && typeof each.text === 'string')
      : [];
  } catch {
    return [];
  }
}
