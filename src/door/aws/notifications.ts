import type { Triggers } from '../../trigger/triggers.ts';
import type { Notification } from './s3/operation.ts';

/** The functions that the events of a bucket wake, from the triggers of the type `bucket`. */
export function notificationsOf(triggers: Pick<Triggers, 'enabled'>, bucket: string): Notification[] {
  return triggers
    .enabled('bucket')
    .filter(({ options }) => options.bucket === bucket)
    .map(({ name, function: functionName, options: { prefix, suffix, events } }) => ({
      id: name,
      functionName,
      events: (events as string[] | undefined)?.map((event) => `s3:${event}`) ?? ['s3:ObjectCreated:*'],
      prefix: String(prefix ?? ''),
      suffix: String(suffix ?? ''),
    }));
}
