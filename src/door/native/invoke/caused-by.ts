import type { IncomingMessage } from 'node:http';
import type { CloudEvent } from '../../../model/event.ts';
import { withTrace } from '../../../model/event-trace.ts';
import { principalOf } from '../../principal.ts';
import { traceOf } from '../../trace-context.ts';

/**
 * Events as they are published by a request: they carry on its trace, and of a function's request how many functions called
 * one another to get there, so that loops are told.
 */
export function causedBy(req: IncomingMessage, events: readonly CloudEvent[]): readonly CloudEvent[] {
  const { hops } = principalOf(req);
  const trace = traceOf(req);
  if (hops === undefined && trace === undefined) return events;
  return events.map((event) => withTrace(hops === undefined ? event : { ...event, fobhops: hops }, trace));
}
