import { ActionIcon, Tooltip, useComputedColorScheme, VisuallyHidden } from '@mantine/core';
import { IconArrowsMaximize, IconMinus, IconPlayerPause, IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { onLive } from '../../api/live.ts';
import { Loading } from '../../ui/loading.tsx';
import classes from './map.module.css';
import type { MapModel } from './model.ts';
import { kindWords } from './model.ts';
import { usePointer } from './pointer.ts';
import { type Room, useLayout } from './use-layout.ts';
import { MapView, OUTLINE_MARGIN_PX } from './view.ts';

interface MapCanvasProps {
  readonly model: MapModel;
  readonly countedMs: number;
  readonly selected: string | undefined;
  readonly lit: ReadonlySet<string>;
  readonly onSelect: (id: string | undefined) => void;
}

/** Where less room is, things stand below each other. */
const OUTLINE_BELOW_PX = 600;

/** As `map.module.css` has them. */
const NUMBERS_COVER = '(max-width: 820px)';
const COVERED = 0.58;
const MOST_SHOWN_PX = 120;

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The drawn map: dragged, zoomed, gone through by arrow keys; particles move along it as invocations end. */
export default function MapCanvas({ model, countedMs, selected, lit, onSelect }: MapCanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const moving = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<MapView>();
  const [room, setRoom] = useState<Room>();
  const [focused, setFocused] = useState<string>();
  const [hasFocus, setHasFocus] = useState(false);
  const [moves, setMoves] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);
  const scheme = useComputedColorScheme();
  const { layout, isBusy } = useLayout(model, room);
  usePointer(place, view, onSelect);

  useEffect(() => {
    const made = new MapView(still.current!, moving.current!, place.current!);
    setView(made);
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      made.resize({ width, height });
      if (height > 0) setRoom((known) => roomOf(width, height, known));
    });
    observer.observe(place.current!);
    const end = onLive('invocations', ({ functions }) => made.heard(functions));
    return () => {
      end();
      observer.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => {
    if (layout !== undefined) view?.show(model, layout, countedMs);
  }, [view, model, layout, countedMs]);
  useEffect(
    () => view?.mark({ lit, selected, focused: hasFocus ? focused : undefined }),
    [view, lit, selected, focused, hasFocus],
  );
  useEffect(() => view?.setMoves(moves), [view, moves]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are others in the other scheme
  useEffect(() => view?.recolor(), [view, scheme]);
  useEffect(() => {
    if (selected === undefined || layout === undefined || view === undefined) return;
    view.reveal(selected);
    keepAbove(place.current!, view.placeOf(selected));
  }, [view, selected, layout]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (view === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step !== undefined) {
      const next = view.neighbour(focused ?? selected, ...step);
      setFocused(next);
      if (next !== undefined) view.reveal(next);
    } else if (event.key === 'Enter' || event.key === ' ') onSelect(focused);
    else if (event.key === '+' || event.key === '=') view.zoom(1.3);
    else if (event.key === '-') view.zoom(1 / 1.3);
    else if (event.key === '0') view.fit();
    else if (event.key === 'Escape') onSelect(undefined);
    else return;
    event.preventDefault();
  };
  const outlinePx = layout?.isOutline ? layout.height + OUTLINE_MARGIN_PX * 2 : undefined;
  const spoken = model.nodes.find(({ id }) => id === focused);

  return (
    <div
      className={classes.stage}
      {...(outlinePx !== undefined && { style: { height: `min(${outlinePx}px, max(20rem, 72vh))` } })}
    >
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: arrow keys go through it */}
      <div
        ref={place}
        className={classes.canvas}
        role="application"
        aria-label={`Map of ${model.nodes.length} things and ${model.edges.length} connections. Arrow keys go from one to the next, Enter shows its numbers${outlinePx === undefined ? ', plus and minus zoom, 0 shows all' : ''}. The same stands in the table.`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => setHasFocus(true)}
        onBlur={() => setHasFocus(false)}
        data-outline={outlinePx !== undefined || undefined}
        data-map={layout === undefined || isBusy ? 'busy' : 'ready'}
      >
        <div className={classes.layers}>
          <canvas ref={still} aria-hidden />
          <canvas ref={moving} aria-hidden />
        </div>
        {outlinePx !== undefined && <div style={{ height: `calc(${outlinePx}px - 100%)` }} />}
        <VisuallyHidden aria-live="polite">{hasFocus && spoken !== undefined && describe(spoken)}</VisuallyHidden>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: arrow keys go through it */}
      {layout === undefined && (
        <div className={classes.wait}>
          <Loading rows={5} />
        </div>
      )}
      <div className={classes.tools}>
        {outlinePx === undefined && (
          <>
            <Tool label="Zoom in" onClick={() => view?.zoom(1.3)} icon={IconPlus} />
            <Tool label="Zoom out" onClick={() => view?.zoom(1 / 1.3)} icon={IconMinus} />
            <Tool label="Show all" onClick={() => view?.fit()} icon={IconArrowsMaximize} />
          </>
        )}
        <Tool
          label={moves ? 'Stop the motion' : 'Show invocations as they move'}
          onClick={() => setMoves(!moves)}
          icon={moves ? IconPlayerPause : IconPlayerPlay}
        />
      </div>
    </div>
  );
}

/** Scrolls the page so that a place on the canvas is not below the numbers, where these cover a narrow window's lower half. */
function keepAbove(canvas: HTMLElement, at: { readonly y: number; readonly height: number } | undefined): void {
  if (at === undefined || !matchMedia(NUMBERS_COVER).matches) return;
  const bottom = canvas.getBoundingClientRect().top + at.y + Math.min(at.height, MOST_SHOWN_PX);
  const covered = bottom - innerHeight * (1 - COVERED);
  if (covered > 0) window.scrollBy({ top: covered });
}

/** What the layout has to know of the window; in steps, so that a little less room does not lay everything out anew. */
function roomOf(width: number, height: number, known: Room | undefined): Room {
  const isNarrow = width < OUTLINE_BELOW_PX;
  const aspect = isNarrow ? 1 : Math.min(3, Math.max(0.5, Math.round((width / height) * 2) / 2));
  const narrowPx = isNarrow ? Math.floor(width) - OUTLINE_MARGIN_PX * 2 : undefined;
  if (known?.aspect === aspect && known.narrowPx === narrowPx) return known;
  return { aspect, ...(narrowPx !== undefined && { narrowPx }) };
}

function Tool({ label, onClick, icon: Icon }: { label: string; onClick: () => void; icon: typeof IconPlus }) {
  return (
    <Tooltip label={label} position="left">
      <ActionIcon variant="default" size="md" onClick={onClick} aria-label={label}>
        <Icon size={16} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function describe({ kind, name, calls, errors, passes = 0 }: MapModel['nodes'][number]): string {
  const uses = `${calls} ${kind === 'function' || kind === 'group' ? 'invocations' : 'uses'}, ${errors} errors`;
  const words = calls > 0 ? uses : passes > 0 ? `${passes} went on from it` : 'silent';
  return `${kindWords(kind)} ${name}, ${words}`;
}
