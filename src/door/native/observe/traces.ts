import Type from 'typebox';
import { INVOCATION_STATUSES } from '../../../model/invocation.ts';
import { Problem } from '../../../model/problem.ts';
import { traceOfRecord } from '../../../model/trace.ts';
import { readTrace } from '../../../observe/traces/read-trace.ts';
import { wholeMs } from '../../../observe/traces/spans-of-run.ts';
import { type WaterfallSpan, waterfall } from '../../../observe/traces/waterfall.ts';
import type { InvocationRecord } from '../../../store/journal.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny, visible } from '../../permission.ts';
import { demand } from '../../principal.ts';
import { askInvocations } from '../invoke/ask-invocations.ts';
import { cursor, from, functionFilter, limit, ProblemAnswer, to } from '../schemas.ts';

const tags = ['traces'];
const HIDDEN = '(not yours to see)';

const SpanView = Type.Object({
  spanId: Type.String(),
  parentSpanId: Type.Optional(Type.String({ description: 'The span above it in the tree' })),
  depth: Type.Integer({ description: 'How deep it stands in the tree' }),
  what: Type.Enum(['event', 'invocation', 'phase', 'call']),
  name: Type.String(),
  kind: Type.Enum(['internal', 'server', 'client', 'producer', 'consumer']),
  invocationId: Type.Optional(Type.String()),
  function: Type.Optional(Type.String()),
  startedAtMs: Type.Number(),
  durationMs: Type.Number(),
  error: Type.Optional(Type.String()),
  attributes: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
});

const TraceView = Type.Object({
  traceId: Type.String(),
  startedAtMs: Type.Number(),
  durationMs: Type.Number(),
  functions: Type.Integer({ description: 'How many different functions ran' }),
  invocations: Type.Integer(),
  errors: Type.Integer({ description: 'Invocations that did not succeed' }),
  truncated: Type.Boolean({ description: 'The trace has more than is shown' }),
  spans: Type.Array(SpanView, { description: 'The rows of the waterfall, each below what caused it' }),
});

const TraceSummary = Type.Object({
  traceId: Type.String(),
  invocationId: Type.String(),
  function: Type.String(),
  version: Type.Integer(),
  door: Type.String(),
  status: Type.String(),
  error: Type.Optional(Type.String()),
  startedAtMs: Type.Number(),
  durationMs: Type.Number({ description: 'From its acceptance to its end' }),
  coldStart: Type.Boolean(),
});

/** Traces: their waterfalls, and where to begin to look. */
export function addTraceRoutes(app: App, context: DoorContext): void {
  const { store } = context;

  app.get(
    '/v1/traces',
    {
      config: permitAny('traces:read'),
      schema: {
        tags,
        summary: 'Lists traces by the invocations that they are made of, newest first',
        description: 'One entry for each trace, with the newest of its invocations that is asked for.',
        operationId: 'listTraces',
        querystring: Type.Object(
          {
            function: functionFilter,
            status: Type.Optional(Type.Enum([...INVOCATION_STATUSES])),
            failed: Type.Optional(Type.Boolean({ description: 'Only what did not succeed' })),
            coldStart: Type.Optional(Type.Boolean()),
            minDurationMs: Type.Optional(Type.Number({ minimum: 0, description: 'Of the function itself' })),
            from,
            to,
            cursor,
            limit,
          },
          { additionalProperties: false },
        ),
        response: answers({
          200: Type.Object({ traces: Type.Array(TraceSummary), cursor: Type.Optional(Type.String()) }),
          400: ProblemAnswer,
        }),
      },
    },
    async (request) => {
      const { items, ...next } = await askInvocations(context, request, request.query, 'traces:read');
      const traces = new Map<string, InvocationRecord>();
      for (const record of items) {
        const traceId = traceOfRecord(record);
        if (!traces.has(traceId)) traces.set(traceId, record);
      }
      return { traces: [...traces].map(([traceId, record]) => summaryOf(traceId, record)), ...next };
    },
  );

  app.get(
    '/v1/traces/:id',
    {
      config: permitAny('traces:read'),
      schema: {
        tags,
        summary: 'The waterfall of a trace, by its id or that of an invocation or an event in it',
        description:
          'Invocations with their phases (queue, cold start, run), events from their acceptance, and what functions called through the platform: that of slow and failed invocations, of the rest a sample. What still runs is not shown yet.',
        operationId: 'getTrace',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: answers({ 200: TraceView, 404: ProblemAnswer }),
      },
    },
    async (request) => {
      const { id } = request.params;
      const found = await readTrace(store.journal, id);
      const rows = found === undefined ? [] : waterfall(found).spans;
      const mine = new Set(visible(request, 'traces:read', rows, (row) => row.function ?? ''));
      if (found === undefined || mine.size === 0) {
        demand(request.raw, 'traces:read', '*');
        throw new Problem(
          'not_found',
          `there is no trace "${id}", nor an invocation or event of that id; it may still run, or be too old`,
        );
      }
      const { spans, ...summary } = waterfall(found);
      const shown = spans.map((row, at) => (mine.has(rows[at]!) ? row : hidden(row)));
      return { ...summary, truncated: found.truncated, spans: shown.map(viewOf) };
    },
  );
}

function summaryOf(traceId: string, record: InvocationRecord) {
  const {
    invocationId,
    function: name,
    version,
    door,
    status,
    startedAtMs,
    coldStart,
    errorType,
    errorMessage,
  } = record;
  return {
    traceId,
    invocationId,
    function: name,
    version,
    door,
    status,
    ...(errorType !== undefined && { error: `${errorType}: ${errorMessage ?? ''}`.replace(/: $/, '') }),
    startedAtMs,
    durationMs: wholeMs(record),
    coldStart,
  };
}

function viewOf({ traceId: _, ...span }: WaterfallSpan) {
  return span;
}

/** That something happened, and how long it took, but not what. */
function hidden(row: WaterfallSpan): WaterfallSpan {
  const { function: _f, invocationId: _i, error, ...rest } = row;
  return { ...rest, name: HIDDEN, ...(error !== undefined && { error: HIDDEN }), attributes: {} };
}
