import { useEffect } from 'react';

/** Dialogues give the focus back 10 ms after they have closed, and browsers take it from what is off with the next picture. */
const SETTLED_MS = 60;
const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled, [hidden]), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

/** Where the focus was, and what that lay in, the innermost first. */
interface Place {
  readonly element: HTMLElement;
  readonly around: readonly HTMLElement[];
}

/**
 * Keeps the focus on the page when what has it goes, or is turned off, by what it did or by what happened elsewhere: a button
 * that pauses becomes one that goes on, the button of an empty list goes with the first entry, a dialogue closes. It goes to
 * what opened the dialogue, else to what is nearest, else to the page's heading; else whoever uses keys would be nowhere.
 */
export function useFocusKept(): void {
  useEffect(() => {
    const root = document.getElementById('console');
    let last: Place | undefined;
    // The last one that was not in a dialogue or a menu, which lie outside of the root.
    let onPage: Place | undefined;
    // It is off while what it began goes on, and had the focus until then.
    let isOff = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onFocus = ({ target }: FocusEvent): void => {
      if (!(target instanceof HTMLElement) || target === document.body) return;
      isOff = false;
      last = { element: target, around: ancestorsOf(target) };
      if (root?.contains(target)) onPage = last;
    };
    // Who clicks beside everything, or scrolls it out of a long list, wants it nowhere.
    const forget = (): void => {
      last = undefined;
      isOff = false;
    };
    const check = (): void => {
      timer = undefined;
      if (last === undefined) return;
      const { element } = last;
      const wasOff = isOff;
      isOff = element.isConnected && element.matches(':disabled');
      // The picture in which the browser takes the focus away is still to come.
      if (document.activeElement === element && (isOff || wasOff)) timer = setTimeout(check, SETTLED_MS);
      if (document.activeElement !== document.body) return;
      if (isOff && element.closest('[data-loading]') !== null) return;
      const to = isThere(element) ? element : standIn(onPage);
      (to ?? document.querySelector<HTMLElement>('[data-route-focus]'))?.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(() => {
      if (last === undefined || timer !== undefined) return;
      if (isOff || !isThere(last.element)) timer = setTimeout(check, SETTLED_MS);
    });
    observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
    document.addEventListener('focusin', onFocus);
    document.addEventListener('pointerdown', forget, true);
    document.addEventListener('wheel', forget, { passive: true });
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('pointerdown', forget, true);
      document.removeEventListener('wheel', forget);
    };
  }, []);
}

function ancestorsOf(element: HTMLElement): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let at = element.parentElement; at !== null && at.tagName !== 'MAIN'; at = at.parentElement) found.push(at);
  return found;
}

/** Itself where it is there; where it is gone, the first thing in the nearest part that is not. Beside what is off may be what one did not mean to press. */
function standIn(place: Place | undefined): HTMLElement | undefined {
  if (place === undefined) return undefined;
  const { element, around } = place;
  if (element.isConnected) return isThere(element) ? element : undefined;
  const part = around.find((each) => each.isConnected && each.querySelector(FOCUSABLE) !== null);
  return [...(part?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].find((each) => each.checkVisibility());
}

function isThere(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(':disabled');
}
