/** A page of something that was removed that is not left within this time stays. */
const LEFT_WITHIN_MS = 10_000;

const going = new Set<string>();
const watchers = new Set<(url: string) => void>();
let whenLeft = async (_url: string): Promise<void> => undefined;

/**
 * Removes something by `act`. That it is gone may be heard before it is answered: until its page is left nothing asks for it again,
 * and nobody is shown for a moment that there is no such thing.
 */
export async function asGoing<T>(url: string, act: () => Promise<T>): Promise<T> {
  going.add(url);
  const end = () => {
    going.delete(url);
    for (const watcher of watchers) watcher(url);
  };
  try {
    const answer = await act();
    const late = new Promise((resolve) => window.setTimeout(resolve, LEFT_WITHIN_MS));
    void Promise.race([whenLeft(url), late]).then(end);
    return answer;
  } catch (error) {
    end();
    throw error;
  }
}

/** Whether this is the URL of something that is being removed, or of what belongs to it. */
export function isGoing(url: string): boolean {
  return [...going].some((removed) => isOf(removed, url));
}

/** Whether `url` is that of a thing, of a version of it, or of what belongs to it. */
export function isOf(thing: string, url: string): boolean {
  return url === thing || [`${thing}/`, `${thing}%3A`].some((start) => url.startsWith(start));
}

/** By what it is told that nothing that is shown is of a thing any more: however long a slow machine takes to leave its page. */
export function tellsLeft(until: (url: string) => Promise<void>): void {
  whenLeft = until;
}

/** Calls back when something may be asked for again. */
export function onceGone(watcher: (url: string) => void): void {
  watchers.add(watcher);
}
