const NAMES: Readonly<Record<string, string>> = { native: 'API', http: 'HTTP' };

/** What callers from outside come by, in the words that the web console has for it; others are called as they are. */
export function doorWords(door: string): string {
  return NAMES[door] ?? door;
}
