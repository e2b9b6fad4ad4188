import Type, { type Static } from 'typebox';
import type { Completion } from '../../engine/events/completions.ts';
import type { CloudEvent } from '../../model/event.ts';
import { withTrace } from '../../model/event-trace.ts';
import { FUNCTION_NAME_PATTERN } from '../../model/function.ts';
import { noFunction } from '../../model/no-function.ts';
import { messageOf, Problem } from '../../model/problem.ts';
import { EVENT_TYPES } from '../../model/shape/event-data.ts';
import { NOTHING_PREPARED } from '../../store/prepared.ts';
import type { LocalSourceContext, TriggerType } from '../trigger-type.ts';
import type { TypeHost } from '../type-host.ts';

const CompletionOptionsSchema = Type.Object(
  {
    of: Type.String({ pattern: FUNCTION_NAME_PATTERN, description: 'The function whose ends are heard of' }),
    on: Type.Enum(['any', 'success', 'failure'], {
      default: 'any',
      description: 'Which ends: an event that was delivered, or one that was given up after its last attempt',
    }),
  },
  { additionalProperties: false },
);
type CompletionOptions = Static<typeof CompletionOptionsSchema>;

/** How another function's events end: each is accepted in the commit that ends it. */
export function createCompletionType({
  events,
  engine,
  clock,
}: Pick<TypeHost, 'events' | 'engine' | 'clock'>): TriggerType<CompletionOptions> {
  return {
    name: 'completion',
    summary: "another function's success or failure with an event",
    options: CompletionOptionsSchema,
    usualWords: ['resize'],
    parseWords([of, ...rest]) {
      if (of === undefined || rest.length > 0)
        throw new Problem('invalid_request', 'name one function, such as resize');
      return { of };
    },
    describe: ({ of, on }) => (on === 'any' ? of : `${of} ${on}`),
    check({ of }) {
      if (engine.find(of) === undefined) throw noFunction(of, ' to hear of');
    },
    sample: ({ of, on }) => {
      const timestamp = new Date(clock.now()).toISOString();
      const condition = on === 'failure' ? 'RetriesExhausted' : 'Success';
      const requestContext = {
        requestId: 'sample',
        functionArn: `${of}:1`,
        condition,
        approximateInvokeCount: 1,
      } as const;
      const record = { version: '1.0', timestamp, requestContext, requestPayload: {} } as const;
      return completionEvent(of, { id: 'sample', record, hops: 0, trace: undefined });
    },
    async start(context) {
      const { options, prepare, prepareQuarantine, report } = context as LocalSourceContext<CompletionOptions>;
      const of = engine.find(options.of)?.document.name ?? options.of;
      const stop = events.onCompletion(of, (completion) => {
        const event = completionEvent(of, completion);
        const isSuccess = event.type === EVENT_TYPES.completionSucceeded;
        if (options.on !== 'any' && (options.on === 'success') !== isSuccess) return NOTHING_PREPARED;
        try {
          return prepare([{ event }]);
        } catch (error) {
          // The other function's end is not to suffer: what cannot be accepted here waits among the dead.
          report('failed', messageOf(error));
          return prepareQuarantine([event], messageOf(error));
        }
      });
      return { stop: async () => stop() };
    },
  };
}

/** A completion; a sample belongs to no trace. */
type Sampled = Omit<Completion, 'trace'> & { readonly trace: Completion['trace'] | undefined };

function completionEvent(of: string, { id, record, hops, trace }: Sampled): CloudEvent {
  const succeeded =
    record.requestContext.condition === 'Success' && record.responseContext?.functionError === undefined;
  const event: CloudEvent = {
    specversion: '1.0',
    id,
    source: `fob:function/${of}`,
    type: succeeded ? EVENT_TYPES.completionSucceeded : EVENT_TYPES.completionFailed,
    time: record.timestamp,
    datacontenttype: 'application/json',
    data: record,
    fobhops: hops + 1,
  };
  return withTrace(event, trace);
}
