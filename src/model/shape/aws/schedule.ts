import type { CloudEvent } from '../../event.ts';
import type { ScheduleData } from '../event-data.ts';
import { ACCOUNT, arn, nameInSource, REGION } from './arn.ts';
import type { AwsShape } from './aws-shape.ts';
import { single } from './single.ts';

/** EventBridge's `Scheduled Event`. https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html */
export const scheduleShape: AwsShape = single((event: CloudEvent) => {
  const { scheduledTime } = (event.data ?? {}) as Partial<ScheduleData>;
  return {
    version: '0',
    id: event.id,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: toSeconds(String(scheduledTime ?? event.time ?? '')),
    region: REGION,
    resources: [arn('events', `rule/${nameInSource(event.source)}`)],
    detail: {},
  };
});

/** EventBridge says times without a fraction. */
function toSeconds(time: string): string {
  return time.replace(/\.\d+/, '');
}
