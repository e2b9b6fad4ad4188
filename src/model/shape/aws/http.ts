import type { CloudEvent } from '../../event.ts';
import type { AwsShape } from './aws-shape.ts';
import { single } from './single.ts';

/** A route's request: the function URL event that its data is already. */
export const httpShape: AwsShape = single((event: CloudEvent) => event.data);
