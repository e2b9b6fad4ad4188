import Type from 'typebox';
import { lineMeets } from '../../../model/log-condition.ts';
import { Problem } from '../../../model/problem.ts';
import { placeOf, platformLines } from '../../../observe/logs/platform-lines.ts';
import { readLogs } from '../../../observe/logs/read-logs.ts';
import { parseAllWhere } from '../../../observe/logs/where.ts';
import { LOG_LEVELS } from '../../../store/journal.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny, visible } from '../../permission.ts';
import { demand, principalOf } from '../../principal.ts';
import { watchCaller } from '../live/watch-caller.ts';
import { readableFunctions } from '../readable-functions.ts';
import { cursor, DEFAULT_PAGE, from, functionFilter, LogLine, limit, ProblemAnswer } from '../schemas.ts';
import { timeMs } from '../time-range.ts';
import { addLogExportRoute } from './log-export.ts';
import { functionsOf, lineFilters, lineView, lookBackMs, pastFilters, pastQuery, platform } from './log-filters.ts';
import { streamTail } from './tail.ts';

const tags = ['logs'];
const DAY_MS = 86_400_000;

const Searched = Type.Object(
  {
    fromMs: Type.Optional(Type.Number()),
    toMs: Type.Optional(Type.Number()),
    lines: Type.Integer(),
    complete: Type.Boolean({ description: 'False where that was too much at once: go on with the cursor' }),
  },
  { description: 'Where lines had to be looked at one by one: in which time, and how many' },
);

const Stream = Type.Object({
  sandboxId: Type.String(),
  function: Type.String(),
  version: Type.Integer(),
  firstMs: Type.Number(),
  lastMs: Type.Number(),
  lines: Type.Integer({ description: 'Lines that are kept' }),
  invocations: Type.Integer({ description: 'Invocations that it ran' }),
});

/** What functions printed: queries, streams, export and a live tail. */
export function addLogRoutes(app: App, context: DoorContext): void {
  const { store, clock } = context;

  app.get(
    '/v1/logs',
    {
      config: permitAny('logs:read'),
      schema: {
        tags,
        summary: 'Finds log lines, newest first',
        description:
          'A search for a text, a level or fields that would look at too many lines ends early: `searched.complete` is then false, and the cursor goes on from there. `context` also gives lines of the same stream before and after each line that is found; `limit` is then at most 200.',
        operationId: 'listLogs',
        querystring: Type.Object(
          {
            ...pastFilters,
            platform,
            context: Type.Optional(Type.Integer({ minimum: 0, maximum: 50 })),
            cursor,
            limit,
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            lines: Type.Array(LogLine),
            cursor: Type.Optional(Type.String()),
            searched: Type.Optional(Searched),
          }),
          400: ProblemAnswer,
          404: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const {
        cursor: after,
        limit: most = DEFAULT_PAGE,
        context: around,
        platform: shown = 'none',
        ...filters
      } = request.query;
      const names = functionsOf(context, filters.function);
      for (const name of names ?? []) demand(request.raw, 'logs:read', `function:${name}`);
      await store.journal.flush();
      const { items, ...rest } = await readLogs(store.journal, {
        ...(await pastQuery(context, filters, names ?? readableFunctions(context, request, 'logs:read'))),
        ...(around !== undefined && around > 0 && { context: around }),
        ...(after !== undefined && { cursor: after }),
        limit: most,
        ...(shown !== 'none' && { platform: shown, lookBackMs: lookBackMs(context, names) }),
      });
      return { lines: visible(request, 'logs:read', items, (line) => line.function).map(lineView), ...rest };
    },
  );

  app.get(
    '/v1/logs/counts',
    {
      config: permitAny('logs:read'),
      schema: {
        tags,
        summary: 'Counts log lines by level, in equal parts of a time',
        description:
          'Takes what a search takes. The newest are counted first; a count that would take too long ends early: `countedFromMs` says back to when it counted. Parts without lines are left out. Without a function, of all whose log one may see.',
        operationId: 'countLogs',
        querystring: Type.Object(
          {
            ...pastFilters,
            platform: Type.Optional(
              Type.Enum(['none', 'failures'], {
                description:
                  'With `failures` the ends of invocations that did not succeed are counted, too, unless a text, fields, an invocation or a trace are looked for',
              }),
            ),
            parts: Type.Optional(
              Type.Integer({ minimum: 1, maximum: 500, default: 60, description: '60 where absent' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({
            fromMs: Type.Number(),
            toMs: Type.Number(),
            partMs: Type.Number({ description: 'How long each part is' }),
            parts: Type.Array(
              Type.Object({
                atMs: Type.Number({ description: 'When it begins' }),
                lines: Type.Record(Type.Enum([...LOG_LEVELS]), Type.Integer(), { description: 'By their level' }),
              }),
            ),
            countedFromMs: Type.Optional(Type.Number({ description: 'What is older was not counted' })),
          }),
          400: ProblemAnswer,
          404: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { parts = 60, platform: shown, ...filters } = request.query;
      const asked = functionsOf(context, filters.function);
      for (const name of asked ?? []) demand(request.raw, 'logs:read', `function:${name}`);
      await store.journal.flush();
      const query = await pastQuery(context, filters, asked ?? readableFunctions(context, request, 'logs:read'));
      const { toMs = clock.now(), fromMs = toMs - DAY_MS } = query;
      if (fromMs >= toMs) throw new Problem('invalid_request', 'the time that is counted must end after it begins');
      const partMs = (toMs - fromMs) / parts;
      const { counts, ...rest } = await store.journal.logCounts({
        ...query,
        fromMs,
        toMs,
        parts,
        failures: shown === 'failures',
      });
      const found = new Map<number, Record<string, number>>();
      for (const { part, level, lines } of counts) found.set(part, { ...found.get(part), [level]: lines });
      return {
        fromMs,
        toMs,
        partMs,
        parts: [...found].map(([part, lines]) => ({ atMs: fromMs + part * partMs, lines })),
        ...rest,
      };
    },
  );

  app.get(
    '/v1/logs/streams',
    {
      config: permitAny('logs:read'),
      schema: {
        tags,
        summary: 'Lists streams, one a sandbox, the one that was written to last first',
        operationId: 'listLogStreams',
        querystring: Type.Object(
          {
            function: functionFilter,
            prefix: Type.Optional(
              Type.String({ maxLength: 64, description: "Only those whose sandbox's id begins so" }),
            ),
            from,
            cursor,
            limit,
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({ streams: Type.Array(Stream), cursor: Type.Optional(Type.String()) }),
          400: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { function: filter, prefix, from: since, cursor: after, limit: most = DEFAULT_PAGE } = request.query;
      const [name] = functionsOf(context, filter) ?? [];
      if (name !== undefined) demand(request.raw, 'logs:read', `function:${name}`);
      await store.journal.flush();
      const readable = readableFunctions(context, request, 'logs:read');
      const among = readable === undefined ? {} : { among: readable };
      const { items, ...next } = await store.journal.logStreams({
        ...(name === undefined ? among : { function: name }),
        ...(prefix !== undefined && { prefix }),
        ...(since !== undefined && { fromMs: timeMs(since, clock.now()) }),
        ...(after !== undefined && { cursor: after }),
        limit: most,
      });
      return { streams: visible(request, 'logs:read', items, (stream) => stream.function), ...next };
    },
  );

  addLogExportRoute(app, context);

  app.get(
    '/v1/logs/tail',
    {
      config: permitAny('logs:read'),
      schema: {
        tags,
        summary: 'Sends log lines as they are printed',
        description:
          'As server-sent events with `Accept: text/event-stream`, else as a JSON document a line. A caller that reads too slowly loses lines and is told how many: `{"dropped": 12}`. Of the platform\'s lines END and REPORT come when an invocation has ended; its START is only known then, and left out.',
        operationId: 'tailLogs',
        querystring: Type.Object({ ...lineFilters, platform }, { additionalProperties: false }),
        produces: ['application/x-ndjson', 'text/event-stream'],
        response: answers({ 400: ProblemAnswer }),
      },
    },
    (request, reply) => {
      const { version, invocation, stream, text, level, where, platform: shown = 'none' } = request.query;
      const names = functionsOf(context, request.query.function);
      for (const name of names ?? []) demand(request.raw, 'logs:read', `function:${name}`);
      const wanted = names && new Set(names);
      const lowerText = text?.toLowerCase();
      const prefix = stream?.toLowerCase();
      const lowest = level === undefined ? 0 : LOG_LEVELS.indexOf(level);
      const condition = parseAllWhere(where ?? []);
      streamTail(context, reply.raw, {
        format: request.headers.accept?.includes('text/event-stream') === true ? 'sse' : 'ndjson',
        begin: () => void reply.hijack(),
        subscribe: (onLine) => {
          const of = names?.length === 1 ? { function: names[0]! } : {};
          const unsubscribe = store.journal.tail(of, onLine, (record) => {
            if (shown === 'none') return;
            for (const line of platformLines(record, shown)) if (placeOf(line) > 0) onLine(line);
          });
          const unwatch = watchCaller(context, request.raw, (good) => {
            if (!good) reply.raw.end();
          });
          return () => {
            unsubscribe();
            unwatch();
          };
        },
        wanted: (line) =>
          (wanted === undefined || wanted.has(line.function)) &&
          (version === undefined || line.version === version) &&
          (invocation === undefined || line.invocationId === invocation) &&
          (prefix === undefined || line.sandboxId.startsWith(prefix)) &&
          LOG_LEVELS.indexOf(line.level) >= lowest &&
          (lowerText === undefined || line.text.toLowerCase().includes(lowerText)) &&
          (condition === undefined || lineMeets(line.text, condition)) &&
          principalOf(request.raw).may('logs:read', `function:${line.function}`),
      });
    },
  );
}
