import type { CloudEvent } from '../event.ts';
import { isObject } from '../json.ts';

/**
 * What a `callme` gets of events, as named parameters: the top-level fields of the event's data, where that is an object,
 * and the whole CloudEvent as `event`, which goes before a field of that name. A batch gives `events` alone.
 */
export function callmeShape(events: readonly CloudEvent[], options: { batch: boolean }): Record<string, unknown> {
  if (options.batch) return { events };
  const event = events[0];
  const data = event?.data;
  const fields = isObject(data) ? data : {};
  return { ...fields, event };
}
