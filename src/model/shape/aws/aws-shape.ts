import type { CloudEvent } from '../../event.ts';

export interface AwsShapeOptions {
  /** Several events in one run: the shape is then one of `Records`, where the source has such. */
  readonly batch: boolean;
}

/** What a Lambda function sees of events of one source; there is at least one event. */
export type AwsShape = (events: readonly CloudEvent[], options: AwsShapeOptions) => unknown;
