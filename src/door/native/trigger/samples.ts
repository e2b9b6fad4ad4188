import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { type SampleRequest, sampleOf } from '../../../trigger/sample.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny } from '../../permission.ts';
import { readJsonBody } from '../json-body.ts';
import { ProblemAnswer } from '../schemas.ts';
import { TriggerBody } from './trigger-schemas.ts';

const MAX_JSON_BYTES = 1_048_576;
const MAX_BATCH = 100;

const SampleBody = Type.Object(
  {
    words: TriggerBody.properties.words,
    options: TriggerBody.properties.options,
    mapping: TriggerBody.properties.mapping,
    data: Type.Optional(Type.Unknown({ description: "Laid over the sample's data, object by object" })),
    batch: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_BATCH,
        description: 'As a batch of so many events, where the type has batches',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Samples of what wakes functions, for tests. */
export function addSampleRoutes(app: App, { triggers }: DoorContext): void {
  app.post(
    '/v1/trigger-types/:type/sample',
    {
      preValidation: readJsonBody(MAX_JSON_BYTES),
      config: permitAny('trigger:read'),
      schema: {
        tags: ['triggers'],
        summary: 'Makes a sample of the events of a kind of trigger',
        description:
          'The words, options and mapping are those that a trigger of this type would have; nothing is asked of the source, and nothing is run.',
        operationId: 'sampleEvent',
        params: Type.Object({ type: Type.String({ maxLength: 64 }) }),
        body: SampleBody,
        response: answers({
          200: Type.Object({
            event: Type.Unknown({ description: 'The CloudEvent' }),
            handler: Type.Unknown({ description: 'What a `handler(event, context)` gets as its event' }),
            callme: Type.Unknown({ description: 'What a `callme` is offered, by name' }),
          }),
          '4xx': ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { type: name } = request.params;
      const body = request.body as SampleRequest;
      const type = triggers.types().find((each) => each.name === name);
      if (type === undefined) {
        const all = triggers.types().map((each) => each.name);
        throw new Problem('not_found', `there is no type of trigger "${name}"; there are ${all.join(', ')}`);
      }
      if (body.batch !== undefined && body.batch > 1 && type.batches !== true)
        throw new Problem('invalid_request', `events of the type ${name} come one by one: leave \`batch\` out`);
      return sampleOf(type, body);
    },
  );
}
