import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { doorWords } from '../door-words.ts';
import { count, formatAge, formatDuration, formatTime, parseDurationMs, parseSinceMs } from '../human.ts';
import { note, paint, print, printJson, printTable, terminalWidth } from '../output.ts';
import { drawWaterfall, errorsOf, type TraceRow } from '../waterfall.ts';

const ID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const DEFAULT_LIMIT = 20;
/** Where standard output is no terminal. */
const PLAIN_WIDTH = 120;
const MAX_ROWS = 400;
const MAX_ERRORS = 20;

interface TraceOptions {
  readonly failed?: boolean;
  readonly slow?: string;
  readonly since?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

interface TraceAnswer {
  readonly traceId: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly functions: number;
  readonly invocations: number;
  readonly errors: number;
  readonly truncated: boolean;
  readonly spans: readonly TraceRow[];
}

interface TraceSummary {
  readonly traceId: string;
  readonly function: string;
  readonly door: string;
  readonly status: string;
  readonly error?: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly coldStart: boolean;
}

export function define(command: Command): void {
  command
    .argument('[id-or-function]', 'a trace, an invocation or an event; or a function, whose traces are listed')
    .description('Draws where the time of an invocation went, and of all that it caused; or lists traces.')
    .option('--failed', 'of a list: only what did not succeed')
    .option('--slow <duration>', 'of a list: only functions that took at least so long, such as 500ms')
    .option('--since <when>', 'of a list: not older than: 10m, 2h, 2026-01-31T12:00')
    .option('-n, --limit <n>', `of a list: at most so many; default: ${DEFAULT_LIMIT}`, wholeNumber('--limit', 1))
    .addHelpText(
      'after',
      examples(
        ['fob trace 019a1b2c-...', 'the waterfall of an invocation, with what it called'],
        ['fob trace --failed --since 1h', 'what failed lately'],
        ['fob trace resize --slow 500ms', 'slow calls of a function'],
      ),
    )
    .action(async (what: string | undefined, _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<TraceOptions>(self);
      if (what !== undefined && ID.test(what)) {
        const trace = await client.json<TraceAnswer>('GET', `/v1/traces/${what.toLowerCase()}`);
        if (options.json) printJson(trace);
        else showTrace(trace);
        return;
      }
      const now = Date.now();
      const { traces } = await client.json<{ traces: TraceSummary[] }>('GET', '/v1/traces', {
        query: {
          function: what,
          failed: options.failed,
          minDurationMs: options.slow === undefined ? undefined : parseDurationMs(options.slow, '--slow'),
          from: options.since === undefined ? undefined : parseSinceMs(options.since, '--since', now),
          limit: options.limit ?? DEFAULT_LIMIT,
        },
      });
      // A function that was removed still has traces, so its absence is told only where there are none.
      if (what !== undefined && traces.length === 0)
        await aboutFunction(client, what, () => client.json('GET', functionPath(what)));
      if (options.json) return printJson(traces);
      if (traces.length === 0)
        return note('no traces; every invocation makes one: call a function, or widen the question');
      listTraces(traces, now);
    });
}

function listTraces(traces: readonly TraceSummary[], now: number): void {
  printTable(
    [
      { title: 'TRACE' },
      { title: 'FUNCTION', shrinkTo: 8 },
      {
        title: 'STATUS',
        shrinkTo: 9,
        decorate: (cell, status) => paint(status === 'succeeded' ? 'green' : 'red', cell),
      },
      { title: 'AGE', align: 'right', dropOrder: 0 },
      { title: 'TOOK', align: 'right' },
      { title: 'DOOR', dropOrder: 3 },
      { title: 'START', dropOrder: 4 },
      { title: 'ERROR', apartUnder: 30, isBrief: true, hideEmpty: true },
    ],
    traces.map((trace) => [
      trace.traceId,
      trace.function,
      trace.status,
      formatAge(trace.startedAtMs, now),
      formatDuration(trace.durationMs),
      doorWords(trace.door),
      trace.coldStart ? 'cold' : 'warm',
      trace.error ?? '',
    ]),
  );
}

function showTrace(trace: TraceAnswer): void {
  const width = terminalWidth() ?? PLAIN_WIDTH;
  const { spans, traceId, startedAtMs, durationMs, functions, invocations, errors, truncated } = trace;
  const failed = errors === 0 ? '' : `, ${paint('red', `${errors} failed`)}`;
  print(`${paint('dim', 'trace')} ${traceId}, ${formatTime(startedAtMs, Date.now())}`);
  print(
    `${count(invocations, 'invocation')} of ${count(functions, 'function')}${failed}, ${formatDuration(durationMs)} in all`,
  );
  print('');
  print(drawWaterfall(spans.slice(0, MAX_ROWS), { width, paint }).join('\n'));
  const told = errorsOf(spans, { width, paint });
  if (told.length > 0) print(['', ...told.slice(0, MAX_ERRORS)].join('\n'));
  if (told.length > MAX_ERRORS) print(`... and ${count(told.length - MAX_ERRORS, 'error')} more`);
  if (spans.length > MAX_ROWS) note(`${spans.length - MAX_ROWS} more spans: fob trace ${traceId} --json has them`);
  if (truncated) note('the trace has more than can be shown at once');
  const first = spans.find(({ error, invocationId }) => error !== undefined && invocationId !== undefined);
  if (first !== undefined) note(`\nfob runs ${first.invocationId} shows the error with its stack and log`);
}
