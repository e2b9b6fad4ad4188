import type { CloudEvent } from '../../event.ts';

export interface AwsShapeOptions {
  /** Several events in one run: the shape is then one of `Records`, where the source has such. */
  readonly batch: boolean;
}

/** What a Lambda function sees of events of one source; there is at least one event. */
export type AwsShape = (events: readonly CloudEvent[], options: AwsShapeOptions) => unknown;

/** The shape of each kind of source, by how the types of its events begin. */
const SHAPES: readonly (readonly [typePrefix: string, shape: AwsShape])[] = [];

/**
 * What a `handler(event, context)` gets of events: the AWS event of their source, field by field. One without a
 * counterpart is the CloudEvent itself; several of them are `{Records: […]}`. All events are of the first one's kind.
 */
export function awsShape(events: readonly CloudEvent[], options: AwsShapeOptions): unknown {
  const type = events[0]?.type ?? '';
  const found = SHAPES.find(([prefix]) => type.startsWith(prefix));
  if (found !== undefined) return found[1](events, options);
  return options.batch ? { Records: events } : events[0];
}
