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
