import { messageData } from '../../model/shape/event-data.ts';
import type { TriggerType } from '../trigger-type.ts';
import { checkNatsOptions, type NatsOptions, NatsOptionsSchema, natsWords } from './options.ts';

/** Messages of NATS: of a subject (at most once), or of a JetStream stream (at least once, told apart by their ids). */
export const natsTrigger: TriggerType<NatsOptions> = {
  name: 'nats',
  summary: 'messages of NATS, such as nats://localhost/orders.> (at most once; with a JetStream stream none is lost)',
  options: NatsOptionsSchema,
  usualWords: ['nats://localhost/orders.*.created'],
  parseWords: natsWords,
  describe({ url, subject, queue, stream }) {
    const how = stream === '' ? 'at most once' : `stream ${stream}`;
    return `${url}/${subject} ${how}${queue && ` shared by ${queue}`}`;
  },
  check: checkNatsOptions,
  sample: ({ subject, stream }) => ({
    specversion: '1.0',
    id: stream === '' ? 'sample' : `${stream}/1`,
    source: 'fob:nats/sample',
    type: 'fob.nats.message',
    subject: subject.replaceAll(/[*>]/g, 'sample'),
    ...(stream !== '' && { stream, sequence: '1' }),
    ...messageData(Buffer.from('{"order":1}')),
  }),
  async start(context) {
    if (context.options.stream === '') return (await import('./core.ts')).subscribe(context);
    return (await import('./jetstream.ts')).consume(context);
  },
};
