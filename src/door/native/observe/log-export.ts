import { Readable } from 'node:stream';
import Type from 'typebox';
import {
  EXPORT_FORMATS,
  EXPORT_TYPES,
  type ExportFormat,
  exportHead,
  exportLine,
} from '../../../observe/logs/export-format.ts';
import type { LogPage, LogQuery, LogRecord } from '../../../store/journal.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permitAny, visible } from '../../permission.ts';
import { demand } from '../../principal.ts';
import { readableFunctions } from '../readable-functions.ts';
import { cursor, ProblemAnswer } from '../schemas.ts';
import { functionsOf, pastFilters, pastQuery } from './log-filters.ts';

const PAGE = 1_000;

/** All lines that match, oldest first, page by page: neither side needs memory for more than one. */
export function addLogExportRoute(app: App, context: DoorContext): void {
  const { store, clock } = context;
  app.get(
    '/v1/logs/export',
    {
      config: permitAny('logs:read'),
      schema: {
        tags: ['logs'],
        summary: 'Sends all log lines that match, oldest first',
        description:
          "Up to now, or up to `to`. One that broke off goes on behind the line whose `id` is given as `cursor`. In CSV a cell that a spreadsheet would take for a formula begins with `'`.",
        operationId: 'exportLogs',
        querystring: Type.Object(
          { ...pastFilters, format: Type.Optional(Type.Enum([...EXPORT_FORMATS])), cursor },
          { additionalProperties: false },
        ),
        produces: ['application/x-ndjson', 'text/csv', 'text/plain'],
        response: answers({ 400: ProblemAnswer, 404: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { format = 'ndjson', cursor: after, ...filters } = request.query;
      const names = functionsOf(context, filters.function);
      for (const name of names ?? []) demand(request.raw, 'logs:read', `function:${name}`);
      await store.journal.flush();
      const query: LogQuery = {
        toMs: clock.now() + 1,
        ...(await pastQuery(context, filters, names ?? readableFunctions(context, request, 'logs:read'))),
        first: 'oldest',
        limit: PAGE,
      };
      // The first page is asked for before the answer begins, so that what is wrong with the query can be said.
      const first = await store.journal.logs({ ...query, ...(after !== undefined && { cursor: after }) });
      const mayBeSeen = (lines: readonly LogRecord[]) => visible(request, 'logs:read', lines, (line) => line.function);
      reply.type(EXPORT_TYPES[format]);
      reply.header(
        'content-disposition',
        `attachment; filename="${names?.length === 1 ? names[0] : 'logs'}.${format === 'text' ? 'log' : format}"`,
      );
      return reply.send(Readable.from(chunks(first, format), { objectMode: false }));

      async function* chunks(begin: LogPage, as: ExportFormat): AsyncGenerator<string> {
        const head = exportHead(as);
        if (head !== '') yield head;
        for (let page = begin; ; ) {
          const text = mayBeSeen(page.items)
            .map((line) => exportLine(line, as))
            .join('');
          if (text !== '') yield text;
          if (page.cursor === undefined) return;
          page = await store.journal.logs({ ...query, cursor: page.cursor });
        }
      }
    },
  );
}
