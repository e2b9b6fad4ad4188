/** An event as it was written last, and what it began from: empty where that is nothing. */
interface Written {
  readonly text: string;
  readonly source: string;
  /** Of a saved event: where it stood. */
  readonly revision?: number | undefined;
}

/** Keeps what was written last for a function, by its id, while the tab of the browser is open. */
export function keep(id: string, written: Written): void {
  try {
    sessionStorage.setItem(keyOf(id), JSON.stringify(written));
  } catch {
    // No room: it lasts as long as the page.
  }
}

/** What was written last for a function, by its id. */
export function kept(id: string): Written | undefined {
  try {
    const found = JSON.parse(sessionStorage.getItem(keyOf(id)) ?? 'null') as Partial<Written> | null;
    if (typeof found?.text !== 'string' || typeof found.source !== 'string') return undefined;
    const { text, source, revision } = found;
    return { text, source, ...(typeof revision === 'number' && { revision }) };
  } catch {
    return undefined;
  }
}

function keyOf(id: string): string {
  return `fob:written:${id}`;
}
