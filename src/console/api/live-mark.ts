/**
 * The sign in a browser that a tab reads the feed, by which others know that at once. One that has no room, or was told to keep
 * nothing, has no sign: there each tab begins to read, and the tabs hear of one another.
 */
export const liveMark = {
  /** Which tab has set it last; `null` where none has. */
  of: (feed: string): string | null => orNull(() => localStorage.getItem(feed)),
  set: (feed: string, tab: string): void => void orNull(() => localStorage.setItem(feed, tab)),
  clear: (feed: string): void => void orNull(() => localStorage.removeItem(feed)),
};

function orNull<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
