import { EVENT_TYPES, messageData } from '../../model/shape/event-data.ts';
import type { TriggerType } from '../trigger-type.ts';
import { type RedisOptions, RedisOptionsSchema, redisWords } from './options.ts';

/** Entries of a Redis stream, or messages of its channels. */
export const redisTrigger: TriggerType<RedisOptions> = {
  name: 'redis',
  summary:
    'entries of a Redis stream, such as redis://localhost/orders; with mode channel, messages of pub/sub (at most once)',
  options: RedisOptionsSchema,
  usualWords: ['redis://localhost/orders'],
  parseWords: redisWords,
  describe: ({ url, subject, mode, db, group }) =>
    `${mode} ${url}/${subject}${db > 0 ? ` of database ${db}` : ''}${mode === 'stream' && group !== '' ? ` as ${group}` : ''}`,
  batches: true,
  sample: ({ subject, mode, field }) => ({
    specversion: '1.0',
    id: mode === 'stream' ? `${subject}/1700000000000-0` : 'sample',
    source: 'fob:redis/sample',
    type: mode === 'stream' ? EVENT_TYPES.redisEntry : EVENT_TYPES.redisMessage,
    subject,
    ...(mode === 'stream' && field === ''
      ? { datacontenttype: 'application/json', data: { order: '17' } }
      : messageData(Buffer.from('{"order":17}'))),
  }),
  start: async (context) =>
    context.options.mode === 'stream'
      ? (await import('./stream-reader.ts')).readStream(context)
      : (await import('./channel-listener.ts')).listen(context),
};
