import Type, { type Static } from 'typebox';
import type { CloudEvent } from '../../model/event.ts';
import { messageOf, Problem } from '../../model/problem.ts';
import { EVENT_TYPES, type TopicExtensions } from '../../model/shape/event-data.ts';
import type { LocalSourceContext, TriggerType } from '../trigger-type.ts';
import type { TypeHost } from '../type-host.ts';

const TopicOptionsSchema = Type.Object(
  {
    topic: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$', description: 'Name of the topic' }),
  },
  { additionalProperties: false },
);
type TopicOptions = Static<typeof TopicOptionsSchema>;

/** What is published to a topic reaches the lane in the publisher's own commit: both or none. */
export function createTopicType({ services }: Pick<TypeHost, 'services'>): TriggerType<TopicOptions> {
  return {
    name: 'topic',
    summary: 'what is published to a topic of this node',
    options: TopicOptionsSchema,
    batches: true,
    usualWords: ['orders'],
    parseWords([topic, ...rest]) {
      if (topic === undefined || rest.length > 0)
        throw new Problem('invalid_request', 'name one topic, such as orders');
      return { topic };
    },
    describe: ({ topic }) => topic,
    async check({ topic }) {
      if ((await services.topics.find(topic)) !== undefined) return;
      throw new Problem('not_found', `there is no topic "${topic}"; create it first: fob topic create ${topic}`);
    },
    sample: ({ topic }) =>
      throughTopic(topic, {
        specversion: '1.0',
        id: 'sample',
        source: `fob:topic/${topic}`,
        type: EVENT_TYPES.topicMessage,
        datacontenttype: 'application/json',
        data: { hello: 'world' },
      }),
    async start(context) {
      const { prepare, prepareQuarantine, report, options } = context as LocalSourceContext<TopicOptions>;
      const detach = services.topics.attach(options.topic, (events) => {
        const seen = events.map((event) => throughTopic(options.topic, event));
        try {
          return prepare(seen.map((event) => ({ event })));
        } catch (error) {
          // The publisher and the other subscribers are not to suffer: what cannot be accepted here waits among the dead.
          report('failed', messageOf(error));
          return prepareQuarantine(seen, messageOf(error));
        }
      });
      return { stop: async () => detach() };
    },
  };
}

function throughTopic(topic: string, event: CloudEvent): CloudEvent {
  const mark: TopicExtensions = { fobtopic: topic };
  return { ...event, ...mark };
}
