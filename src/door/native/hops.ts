import type { IncomingMessage } from 'node:http';
import type { CloudEvent } from '../../model/event.ts';
import { principalOf } from '../principal.ts';

/** Events that a function publishes carry on how many functions called one another to get there, so that loops are told. */
export function withHops(req: IncomingMessage, events: readonly CloudEvent[]): readonly CloudEvent[] {
  const { hops } = principalOf(req);
  return hops === undefined ? events : events.map((event) => ({ ...event, fobhops: hops }));
}
