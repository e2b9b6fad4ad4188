import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny } from '../../permission.ts';
import { ProblemAnswer } from '../schemas.ts';
import { edgeIsVisible, windowOf } from './map.ts';

const end = (description: string) => Type.Optional(Type.String({ minLength: 3, maxLength: 512, description }));

const StepView = Type.Object({
  atMs: Type.Number({ description: 'When it begins, in milliseconds since 1970' }),
  calls: Type.Integer(),
  errors: Type.Integer(),
  p50Ms: Type.Number({ description: '0 where there were no calls' }),
  p99Ms: Type.Number(),
});

/** One line of the map, or all that lead to or from a thing, over time. */
export function addMapCourseRoute(app: App, context: DoorContext): void {
  app.get(
    '/v1/map/course',
    {
      config: permitAny('traces:read'),
      schema: {
        tags: ['traces'],
        summary: 'What came along an edge of the map, over time',
        description:
          'With `from` and `to`, one edge; with one of them, all edges that begin or end there. By minutes for up to an hour, else by ten minutes; counted in memory since the node started.',
        operationId: 'getMapCourse',
        querystring: Type.Object(
          {
            from: end('Where the edge begins: the id of a node, such as `trigger:orders`'),
            to: end('Where it ends, such as `function:pay`'),
            window: Type.Optional(Type.String({ maxLength: 16, description: 'How far back, as of the map' })),
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            stepMs: Type.Integer({ description: 'How long a step is' }),
            steps: Type.Array(StepView, { description: 'Without gaps, the newest last; that one is not over yet' }),
          }),
          400: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { from, to, window } = request.query;
      if (from === undefined && to === undefined)
        throw new Problem('invalid_request', 'say of what: the ids of nodes of the map as "from", "to", or both');
      const course = context.map.course(
        (edge) =>
          (from === undefined || edge.from === from) &&
          (to === undefined || edge.to === to) &&
          edgeIsVisible(request, edge),
        windowOf(window),
      );
      return { ...course, steps: [...course.steps] };
    },
  );
}
