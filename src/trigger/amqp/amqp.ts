import { messageData } from '../../model/shape/event-data.ts';
import type { TriggerType } from '../trigger-type.ts';
import { type AmqpOptions, AmqpOptionsSchema, amqpWords, checkAmqpOptions } from './options.ts';

/** Messages of a queue of an AMQP broker. */
export const amqpTrigger: TriggerType<AmqpOptions> = {
  name: 'amqp',
  summary: 'messages of a queue of RabbitMQ or another AMQP 0-9-1 broker, such as amqp://localhost/orders',
  options: AmqpOptionsSchema,
  usualWords: ['amqp://localhost/orders'],
  parseWords: amqpWords,
  describe: ({ url, queue, vhost, exchange, routingKey }) =>
    `${url}/${queue}${vhost === '/' ? '' : ` of ${vhost}`}${exchange && ` bound to ${exchange} ${routingKey}`.trimEnd()}`,
  check: checkAmqpOptions,
  batches: true,
  sample: ({ queue, vhost, exchange, routingKey }) => ({
    specversion: '1.0',
    id: 'sample',
    source: 'fob:amqp/sample',
    type: 'fob.amqp.message',
    subject: queue,
    virtualhost: vhost,
    exchange,
    routingkey: exchange === '' ? queue : routingKey,
    redelivered: false,
    properties: JSON.stringify({ contentType: 'application/json', deliveryMode: 2, messageId: 'sample', headers: {} }),
    ...messageData(Buffer.from('{"order":17}'), 'application/json'),
  }),
  start: async (context) => (await import('./consumer.ts')).consume(context),
};
