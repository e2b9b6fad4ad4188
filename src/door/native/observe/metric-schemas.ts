import Type from 'typebox';
import { STATISTICS } from '../../../observe/metrics/metrics.ts';

const Labels = Type.Record(Type.String(), Type.String());

export const MetricInfoView = Type.Object({
  metric: Type.String(),
  unit: Type.String(),
  statistics: Type.Array(Type.Enum([...STATISTICS])),
  usual: Type.Optional(Type.Enum([...STATISTICS], { description: 'The statistic that says most of it' })),
  labels: Type.Array(Type.String(), { description: 'What it can be asked by' }),
});

export const MetricsAnswer = Type.Object({
  metrics: Type.Array(
    Type.Object({
      metric: Type.String(),
      statistic: Type.Enum([...STATISTICS]),
      unit: Type.String(),
      from: Type.String({ description: 'Begin of the first step' }),
      to: Type.String({ description: 'End of the last step' }),
      stepMs: Type.Integer(),
      series: Type.Array(
        Type.Object({
          labels: Labels,
          points: Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), {
            description:
              'Begin of the step in milliseconds since 1970, and the value; a step in which nothing was measured is absent',
          }),
        }),
      ),
      leftOut: Type.Integer({ description: 'Series that are not shown because there are too many' }),
    }),
    { description: 'In the order in which they were asked for' },
  ),
});

const TopRowView = Type.Object(
  {
    function: Type.String(),
    invocations: Type.Integer(),
    callsPerS: Type.Number(),
    errors: Type.Integer(),
    errorsPerS: Type.Number(),
    errorRate: Type.Number({ description: 'Share of the calls that failed, 0 to 1' }),
    p50Ms: Type.Optional(Type.Number()),
    p90Ms: Type.Optional(Type.Number()),
    p99Ms: Type.Optional(Type.Number()),
    queuedP90Ms: Type.Optional(Type.Number()),
    memoryShare: Type.Optional(Type.Number({ description: 'Most memory taken, as a share of what was given' })),
    coldStarts: Type.Integer(),
    throttles: Type.Integer(),
    billedGbS: Type.Number(),
    concurrency: Type.Number({ description: 'Most at once' }),
    sinceChange: Type.Optional(
      Type.Object(
        { atMs: Type.Number(), invocations: Type.Integer(), errors: Type.Integer(), throttles: Type.Integer() },
        {
          description:
            'What the versions that serve now did since they came to, by the function’s own name or by an alias; present where that was within the window, and something failed or was refused in it',
        },
      ),
    ),
  },
  { additionalProperties: true },
);

export const TopAnswerView = Type.Object({
  windowMs: Type.Integer({ description: 'What is covered' }),
  functions: Type.Array(TopRowView),
  total: Type.Integer({ description: 'Of how many functions these are' }),
  all: TopRowView,
  node: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: 'Absent for whoever may see only some functions' }),
  ),
});
