import type { EventsHarness } from './harness.ts';

/** Waits until an event is back in its queue, due at a time. */
export async function waitsAt(h: EventsHarness, eventId: string, dueAtMs: number): Promise<void> {
  for (;;) {
    const event = await h.events.find(eventId);
    if (event?.state === 'waiting' && event.dueAtMs === dueAtMs) {
      // The lane looks into its queue, and so waits for that time.
      return h.settle();
    }
  }
}
