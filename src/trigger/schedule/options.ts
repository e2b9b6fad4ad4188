import Type, { type Static } from 'typebox';

const time = (description: string) => Type.Optional(Type.String({ maxLength: 64, description }));

export const ScheduleOptionsSchema = Type.Object(
  {
    expression: Type.String({
      minLength: 1,
      maxLength: 256,
      description:
        'When: `rate(5 minutes)`, cron in five fields or six with seconds first (`0 9 * * MON-FRI`), AWS’s `cron(0 9 ? * MON-FRI *)`, or once: `at(2026-12-01T09:00:00)`',
    }),
    tz: Type.String({ default: 'UTC', maxLength: 64, description: 'Time zone, such as `Europe/Berlin`' }),
    jitterMs: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 3_600_000,
      description: 'Each firing is late by up to so much, so that many schedules of one time do not come at once',
    }),
    catchUp: Type.Enum(['none', 'last', 'all'], {
      default: 'last',
      description:
        'What is done about times that were missed while the node was down: nothing, the last one, or all (at most 1,000)',
    }),
    start: time('Not before this time'),
    end: time('Before this time'),
  },
  { additionalProperties: false },
);
export type ScheduleOptions = Static<typeof ScheduleOptionsSchema>;
