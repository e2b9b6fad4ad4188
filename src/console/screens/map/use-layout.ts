import { useEffect, useRef, useState } from 'react';
import type { Layout, LayoutRequest } from './layout-shape.ts';
import type { Answered } from './layout-worker.ts';
import type { MapModel } from './model.ts';

/** What there is room for. */
export type Room = Pick<LayoutRequest, 'aspect' | 'narrowPx'>;

/** Lays the map out in a worker, anew only where its shape changed; the layout before stays until the next is there. */
export function useLayout(model: MapModel, room: Room | undefined): { layout: Layout | undefined; isBusy: boolean } {
  const worker = useRef<Promise<Worker>>(undefined);
  const asked = useRef(0);
  const [answer, setAnswer] = useState<Answered>();
  const [failure, setFailure] = useState<Error>();
  const latest = useRef(model);
  latest.current = model;

  useEffect(
    () => () => {
      void worker.current?.then(
        (started) => started.terminate(),
        () => {},
      );
      worker.current = undefined;
    },
    [],
  );

  const { shape } = model;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when the nodes and edges are others
  useEffect(() => {
    if (room === undefined) return;
    const { nodes, edges } = latest.current;
    const request: LayoutRequest = {
      ...room,
      nodes: nodes.map(({ id, kind, group }) => ({ id, small: kind === 'door', group })),
      edges: edges.map(({ id, from, to }) => ({ id, from, to })),
    };
    const id = ++asked.current;
    worker.current ??= startWorker((answered) => {
      if (answered.id === asked.current) setAnswer(answered);
    });
    worker.current.then((started) => started.postMessage({ id, request }), setFailure);
  }, [shape, room]);
  // Whatever stands around the screen says what to try.
  if (failure !== undefined) throw failure;

  return { layout: answer?.layout, isBusy: answer === undefined || answer.id !== asked.current };
}

async function startWorker(onAnswer: (answered: Answered) => void): Promise<Worker> {
  const { workerUrl } = await import('./layout-worker.ts');
  const started = new Worker(workerUrl, { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<Answered>) => onAnswer(data));
  return started;
}
