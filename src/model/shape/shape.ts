import type { CloudEvent } from '../event.ts';
import type { PayloadKind } from '../invocation.ts';
import { type AwsShapeOptions, awsShape } from './aws/index.ts';
import { callmeShape } from './callme.ts';

/** An event's payload as a function takes it. */
export interface ShapedPayload {
  readonly payload: Buffer;
  readonly payloadKind: PayloadKind;
}

/**
 * Events as the function of this handler (`file.export`) sees them: its convention is told by the name of its export.
 * `batch`: the function takes several in one run, even where there is one now.
 */
export function shapeEvents(handler: string, events: readonly CloudEvent[], options: AwsShapeOptions): ShapedPayload {
  const byName = handler.slice(handler.lastIndexOf('.') + 1) === 'callme';
  const shaped = byName ? callmeShape(events, options) : awsShape(events, options);
  return { payload: Buffer.from(JSON.stringify(shaped)), payloadKind: 'json' };
}
