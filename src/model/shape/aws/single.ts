import type { CloudEvent } from '../../event.ts';
import type { AwsShape } from './aws-shape.ts';

/** The shape of a source that AWS hands over one by one; a batch, which AWS does not know there, is `{Records: […]}`. */
export function single(shape: (event: CloudEvent) => unknown): AwsShape {
  return (events, { batch }) => (batch ? { Records: events.map(shape) } : shape(events[0]!));
}
