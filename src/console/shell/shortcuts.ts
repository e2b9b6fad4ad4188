import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { SCREENS } from '../routes.tsx';

const SECOND_KEY_MS = 1_200;

/** Hears the shortcuts that hold everywhere: `?`, and `g` with the letter of a screen. Not while somebody types. */
export function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate();
  const latest = useRef(onHelp);
  latest.current = onHelp;
  useEffect(() => {
    // By when keys were pressed: a page that is busy hears of them later.
    let goneToMs = Number.NEGATIVE_INFINITY;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const screen = SCREENS.find(({ key }) => key === event.key);
      if (event.key === '?') latest.current();
      else if (screen !== undefined && event.timeStamp - goneToMs < SECOND_KEY_MS) {
        event.preventDefault();
        void navigate(`/${screen.path.replace('/*', '')}`);
      }
      goneToMs = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [navigate]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}
