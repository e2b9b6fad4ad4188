/** So long after something was removed its page may take to be left. */
const LEFT_WITHIN_MS = 500;

const going = new Set<string>();
const watchers = new Set<(url: string) => void>();

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
    window.setTimeout(end, LEFT_WITHIN_MS);
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

/** Calls back when something may be asked for again. */
export function onceGone(watcher: (url: string) => void): void {
  watchers.add(watcher);
}
