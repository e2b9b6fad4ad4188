import { ActionIcon, Tooltip, useComputedColorScheme, VisuallyHidden } from '@mantine/core';
import { IconArrowsMaximize, IconMinus, IconPlayerPause, IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { onLive } from '../../api/live.ts';
import { Loading } from '../../ui/loading.tsx';
import classes from './map.module.css';
import type { MapModel } from './model.ts';
import { kindWords } from './model.ts';
import { usePointer } from './pointer.ts';
import { useLayout } from './use-layout.ts';
import { MapView } from './view.ts';

interface MapCanvasProps {
  readonly model: MapModel;
  readonly windowMs: number;
  readonly selected: string | undefined;
  readonly lit: ReadonlySet<string>;
  readonly onSelect: (id: string | undefined) => void;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The drawn map: dragged, zoomed, gone through by arrow keys; particles move along it as invocations end. */
export default function MapCanvas({ model, windowMs, selected, lit, onSelect }: MapCanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const moving = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<MapView>();
  const [aspect, setAspect] = useState(1.6);
  const [focused, setFocused] = useState<string>();
  const [hasFocus, setHasFocus] = useState(false);
  const [moves, setMoves] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);
  const scheme = useComputedColorScheme();
  const { layout, isBusy } = useLayout(model, aspect);
  usePointer(place, view, onSelect);

  useEffect(() => {
    const made = new MapView(still.current!, moving.current!);
    setView(made);
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      made.resize({ width, height });
      // In steps, so that a little less room does not lay everything out anew.
      if (height > 0) setAspect(Math.min(3, Math.max(0.5, Math.round((width / height) * 2) / 2)));
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
    if (layout !== undefined) view?.show(model, layout, windowMs);
  }, [view, model, layout, windowMs]);
  useEffect(
    () => view?.mark({ lit, selected, focused: hasFocus ? focused : undefined }),
    [view, lit, selected, focused, hasFocus],
  );
  useEffect(() => view?.setMoves(moves), [view, moves]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are others in the other scheme
  useEffect(() => view?.recolor(), [view, scheme]);
  useEffect(() => {
    if (selected !== undefined && layout !== undefined) view?.reveal(selected);
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
  const spoken = model.nodes.find(({ id }) => id === focused);

  return (
    <div className={classes.stage}>
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: arrow keys go through it */}
      <div
        ref={place}
        className={classes.canvas}
        role="application"
        aria-label={`Map of ${model.nodes.length} things and ${model.edges.length} connections. Arrow keys go from one to the next, Enter shows its numbers, plus and minus zoom, 0 shows all. The same stands in the table.`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => setHasFocus(true)}
        onBlur={() => setHasFocus(false)}
        data-map={layout === undefined || isBusy ? 'busy' : 'ready'}
      >
        <canvas ref={still} aria-hidden />
        <canvas ref={moving} aria-hidden />
        <VisuallyHidden aria-live="polite">{hasFocus && spoken !== undefined && describe(spoken)}</VisuallyHidden>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: arrow keys go through it */}
      {layout === undefined && (
        <div className={classes.wait}>
          <Loading rows={5} />
        </div>
      )}
      <div className={classes.tools}>
        <Tool label="Zoom in" onClick={() => view?.zoom(1.3)} icon={IconPlus} />
        <Tool label="Zoom out" onClick={() => view?.zoom(1 / 1.3)} icon={IconMinus} />
        <Tool label="Show all" onClick={() => view?.fit()} icon={IconArrowsMaximize} />
        <Tool
          label={moves ? 'Stop the motion' : 'Show invocations as they move'}
          onClick={() => setMoves(!moves)}
          icon={moves ? IconPlayerPause : IconPlayerPlay}
        />
      </div>
    </div>
  );
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

function describe({ kind, name, calls, errors, silent }: MapModel['nodes'][number]): string {
  return `${kindWords(kind)} ${name}, ${silent || calls === 0 ? 'silent' : `${calls} ${kind === 'function' || kind === 'group' ? 'invocations' : 'uses'}, ${errors} errors`}`;
}
