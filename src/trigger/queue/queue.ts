import type { CloudEvent } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';
import { EVENT_TYPES } from '../../model/shape/event-data.ts';
import type { LocalSourceContext, TriggerType } from '../trigger-type.ts';
import type { TypeHost } from '../type-host.ts';
import { Mover } from './mover.ts';
import { type QueueOptions, QueueOptionsSchema } from './options.ts';

/** Messages of a queue of this node, which move into the trigger's lane a few at a time. */
export function createQueueType(host: TypeHost): TriggerType<QueueOptions> {
  const { services } = host;
  return {
    name: 'queue',
    summary: 'messages of a queue of this node',
    options: QueueOptionsSchema,
    batches: true,
    usualWords: ['jobs'],
    parseWords([queue, ...rest]) {
      if (queue === undefined || rest.length > 0) throw new Problem('invalid_request', 'name one queue, such as jobs');
      return { queue };
    },
    describe: ({ queue }) => queue,
    async check({ queue }) {
      if ((await services.queues.find(queue)) !== undefined) return;
      throw new Problem('not_found', `there is no queue "${queue}"; create it first: fob queue create ${queue}`);
    },
    sample: ({ queue }): CloudEvent => ({
      specversion: '1.0',
      id: 'sample',
      source: `fob:queue/${queue}`,
      type: EVENT_TYPES.queueMessage,
      time: new Date(host.clock.now()).toISOString(),
      datacontenttype: 'application/json',
      data: { hello: 'world' },
    }),
    async start(context) {
      const mover = new Mover(context as LocalSourceContext<QueueOptions>, host);
      mover.start();
      return { stop: () => mover.ended() };
    },
  };
}
