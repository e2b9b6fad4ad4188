import { layOut } from './layout.ts';
import type { Layout, LayoutRequest } from './layout-shape.ts';

/** This file's own address, by which a page starts it as a worker. */
export const workerUrl = import.meta.url;

/** What a page and the worker say to each other. */
export interface Asked {
  readonly id: number;
  readonly request: LayoutRequest;
}
export interface Answered {
  readonly id: number;
  readonly layout: Layout;
}

// In a page nothing happens: it only asks for the address.
if (typeof document === 'undefined') {
  self.addEventListener('message', ({ data }: MessageEvent<Asked>) => {
    const answer: Answered = { id: data.id, layout: layOut(data.request) };
    self.postMessage(answer);
  });
}
