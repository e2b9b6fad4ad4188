import type { CloudEvent } from '../event.ts';
import { conventionOf } from '../function.ts';
import type { PayloadKind } from '../invocation.ts';
import type { AwsShapeOptions } from './aws/aws-shape.ts';
import { awsShape } from './aws/index.ts';
import { callmeShape } from './callme.ts';

/** An event's payload as a function takes it. */
interface ShapedPayload {
  readonly payload: Buffer;
  readonly payloadKind: PayloadKind;
}

/**
 * Events as the function of this handler (`file.export`) sees them: its convention is told by the name of its export.
 * `batch`: the function takes several in one run, even where there is one now.
 */
export function shapeEvents(handler: string, events: readonly CloudEvent[], options: AwsShapeOptions): ShapedPayload {
  if (conventionOf(handler) === 'callme') {
    const payload = Buffer.from(JSON.stringify(callmeShape(events, options)));
    return { payload, payloadKind: 'offered-parameters' };
  }
  return { payload: Buffer.from(JSON.stringify(awsShape(events, options))), payloadKind: 'json' };
}
