import type { CloudEvent } from '../../event.ts';
import type { AwsShape } from './aws-shape.ts';
import { single } from './single.ts';

/** The record that Lambda sends to a destination. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export const completionShape: AwsShape = single((event: CloudEvent) => event.data);
