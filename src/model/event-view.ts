import type { CloudEvent } from './event.ts';

/**
 * An event as patterns and templates see it: the CloudEvent's attributes, with its data as `data` and as `detail`, and its
 * type also as `detail-type`, so that what was written for EventBridge fits.
 */
export function eventView(event: CloudEvent): Record<string, unknown> {
  return { ...event, 'detail-type': event.type, detail: event.data };
}

/** An own property of an object; nothing inherited is ever seen. */
export function ownField(value: unknown, name: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string | number, unknown>)[name] : undefined;
}
