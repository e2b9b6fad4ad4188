import Type from 'typebox';
import { Problem } from '../../model/problem.ts';
import { LOG_LEVELS, type LogQuery } from '../../store/journal.ts';
import { answers } from '../answer-schemas.ts';
import type { App } from '../app.ts';
import type { DoorContext } from '../context.ts';
import { permitAny, visible } from '../permission.ts';
import { demand, principalOf } from '../principal.ts';
import {
  cursor,
  DEFAULT_PAGE,
  from,
  functionFilter,
  LogLine,
  limit,
  minLevel,
  ProblemAnswer,
  textFilter,
  to,
} from './schemas.ts';
import { MAX_TAILS, streamTail } from './tail.ts';
import { timeRange } from './time-range.ts';

const tags = ['logs'];

/** What functions printed: queries and a live tail. */
export function addLogRoutes(app: App, context: DoorContext): void {
  const { engine, store, clock } = context;
  const nameOf = (nameOrId: string) => engine.find(nameOrId)?.document.name ?? nameOrId;

  app.get(
    '/v1/logs',
    {
      config: permitAny('logs:read'),
      schema: {
        tags,
        summary: 'Finds log lines, newest first',
        operationId: 'listLogs',
        querystring: Type.Object(
          {
            function: functionFilter,
            invocation: Type.Optional(Type.String({ maxLength: 64 })),
            text: textFilter,
            level: minLevel,
            from,
            to,
            cursor,
            limit,
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({ lines: Type.Array(LogLine), cursor: Type.Optional(Type.String()) }),
          400: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { function: name, invocation, text, level, cursor: after, limit: most = DEFAULT_PAGE } = request.query;
      if (name !== undefined) demand(request.raw, 'logs:read', `function:${nameOf(name)}`);
      const query: LogQuery = {
        ...(name !== undefined && { function: nameOf(name) }),
        ...(invocation !== undefined && { invocationId: invocation }),
        ...(text !== undefined && { text }),
        ...(level !== undefined && { minLevel: level }),
        ...(after !== undefined && { cursor: after }),
        ...timeRange(request.query, clock.now()),
        limit: most,
      };
      await store.journal.flush();
      const { items, ...next } = await store.journal.logs(query);
      return { lines: visible(request, 'logs:read', items, (line) => line.function), ...next };
    },
  );

  app.get(
    '/v1/logs/tail',
    {
      config: permitAny('logs:read'),
      schema: {
        tags,
        summary: 'Sends log lines as they are printed',
        description:
          'As server-sent events with `Accept: text/event-stream`, else as a JSON document a line. A caller that reads too slowly loses lines and is told how many: `{"dropped": 12}`.',
        operationId: 'tailLogs',
        querystring: Type.Object(
          { function: functionFilter, text: textFilter, level: minLevel },
          { additionalProperties: false },
        ),
        produces: ['application/x-ndjson', 'text/event-stream'],
      },
    },
    (request, reply) => {
      if (context.lifecycle.endless.size >= MAX_TAILS) {
        throw new Problem('throttled', `${MAX_TAILS} live tails are open already; close one`);
      }
      const { function: name, text, level } = request.query;
      const principal = principalOf(request.raw);
      if (name !== undefined) demand(request.raw, 'logs:read', `function:${nameOf(name)}`);
      const lowerText = text?.toLowerCase();
      const lowest = level === undefined ? 0 : LOG_LEVELS.indexOf(level);
      reply.hijack();
      streamTail(context, reply.raw, {
        format: request.headers.accept?.includes('text/event-stream') === true ? 'sse' : 'ndjson',
        subscribe: (onLine) => store.journal.tail(name === undefined ? {} : { function: nameOf(name) }, onLine),
        wanted: (line) =>
          principal.may('logs:read', `function:${line.function}`) &&
          LOG_LEVELS.indexOf(line.level) >= lowest &&
          (lowerText === undefined || line.text.toLowerCase().includes(lowerText)),
      });
    },
  );
}
