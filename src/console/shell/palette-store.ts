import { createSpotlight } from '@mantine/spotlight';

/** The palette's state, and what opens it. */
export const [paletteStore, palette] = createSpotlight();

/** Marks the first entry of a list that has just changed, so that Enter takes it. */
export function selectFirst(): void {
  const { listId } = paletteStore.getState();
  const entries = document.getElementById(listId)?.querySelectorAll('[data-action]') ?? [];
  for (const [at, entry] of [...entries].entries()) {
    if (at === 0) entry.setAttribute('data-selected', 'true');
    else entry.removeAttribute('data-selected');
  }
  paletteStore.updateState((state) => ({ ...state, selected: entries.length > 0 ? 0 : -1 }));
}

/** Calls back with each letter that is typed after the palette was asked for and before it has the focus; else it would be a shortcut. */
export function whenTypedAhead(callback: (letter: string) => void): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!paletteStore.getState().opened || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target instanceof HTMLElement && event.target.closest('.mantine-Spotlight-content') !== null) return;
    // What has the focus below the palette is not what is meant.
    const isLetter = event.key.length === 1;
    if (!isLetter && event.key !== 'Enter') return;
    event.preventDefault();
    event.stopPropagation();
    if (isLetter) callback(event.key);
  };
  window.addEventListener('keydown', onKeyDown, true);
  return () => window.removeEventListener('keydown', onKeyDown, true);
}
