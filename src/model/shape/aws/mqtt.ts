import type { CloudEvent } from '../../event.ts';
import type { AwsShape } from './aws-shape.ts';
import { single } from './single.ts';

/**
 * What an AWS IoT rule (`SELECT *`) hands over: the message itself; one that is no JSON is a text, bytes are base64.
 * https://docs.aws.amazon.com/iot/latest/developerguide/lambda-rule-action.html
 */
export const mqttShape: AwsShape = single((event: CloudEvent) => event.data_base64 ?? event.data ?? '');
