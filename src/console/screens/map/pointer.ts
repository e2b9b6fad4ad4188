import { type RefObject, useEffect, useRef } from 'react';
import type { MapView } from './view.ts';

const CLICK_PX = 4;
/** A finger covers more than a mouse points at. */
const FINGER_PX = 16;

/** Dragging, pinching, the wheel, and clicks upon things. */
export function usePointer(
  place: RefObject<HTMLElement | null>,
  view: MapView | undefined,
  onSelect: (id: string | undefined) => void,
): void {
  const select = useRef(onSelect);
  select.current = onSelect;
  useEffect(() => {
    const element = place.current;
    if (element === null || view === undefined) return undefined;
    const ending = new AbortController();
    const { signal } = ending;
    const down = new Map<number, { x: number; y: number }>();
    let wandered = 0;
    const at = (event: MouseEvent) => {
      const { left, top } = element.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return;
        if (down.size === 0) wandered = 0;
        down.set(event.pointerId, at(event));
        element.setPointerCapture(event.pointerId);
      },
      { signal },
    );
    element.addEventListener(
      'pointermove',
      (event) => {
        const before = down.get(event.pointerId);
        const now = at(event);
        if (before === undefined) {
          element.style.cursor = view.hit(now.x, now.y) === undefined ? '' : 'pointer';
          return;
        }
        wandered += Math.hypot(now.x - before.x, now.y - before.y);
        const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
        down.set(event.pointerId, now);
        if (other === undefined) {
          if (wandered > CLICK_PX) view.pan(now.x - before.x, now.y - before.y);
          return;
        }
        const was = Math.hypot(before.x - other.x, before.y - other.y);
        const is = Math.hypot(now.x - other.x, now.y - other.y);
        if (was > 0) view.zoom(is / was, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      },
      { signal },
    );
    const up = (event: PointerEvent) => {
      const known = down.delete(event.pointerId);
      const { x, y } = at(event);
      if (known && event.type === 'pointerup' && wandered <= CLICK_PX) {
        select.current(view.hit(x, y, event.pointerType === 'touch' ? FINGER_PX : undefined));
      }
    };
    element.addEventListener('pointerup', up, { signal });
    element.addEventListener('pointercancel', up, { signal });
    element.addEventListener('scroll', () => view.follow(), { signal, passive: true });
    element.addEventListener(
      'wheel',
      (event) => {
        if (view.isScrolled) return;
        event.preventDefault();
        view.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)), at(event));
      },
      { signal, passive: false },
    );
    return () => ending.abort();
  }, [place, view]);
}
