import type { Command } from 'commander';
import { aboutFunction, functionPath, type LogLine, type RunView } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, oneOf, optionsOf, wholeNumber } from '../command-line.ts';
import { doorWords } from '../door-words.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatAge, formatBytes, formatDuration, formatTime, parseSinceMs } from '../human.ts';
import { formatLogLine } from '../log-line.ts';
import { note, paint, print, printJson, printPairs, printTable } from '../output.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DEFAULT_LIMIT = 20;
const STATUSES = ['succeeded', 'failed', 'timed_out', 'out_of_memory', 'crashed', 'cancelled', 'rejected'];

interface RunsOptions {
  readonly status?: string;
  readonly limit?: number;
  readonly since?: string;
  readonly cold?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('[function-or-invocation]', 'a function, or the id of one invocation')
    .description('Lists invocations, newest first, or shows one of them with its error and its log.')
    .option('--status <status>', `one of ${STATUSES.join(', ')}`, oneOf('--status', STATUSES))
    .option('--since <when>', 'not older than: 10m, 2h, 2026-01-31T12:00')
    .option('--cold', 'only cold starts')
    .option('-n, --limit <n>', `at most so many; default: ${DEFAULT_LIMIT}`, wholeNumber('--limit', 1))
    .addHelpText(
      'after',
      examples(
        ['fob runs hello', 'the last calls of a function'],
        ['fob runs --status failed --since 1h', 'what failed lately'],
        ['fob runs 019a1b2c-...', 'one call: error, stack and log'],
      ),
    )
    .action(async (what: string | undefined, _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<RunsOptions>(self);
      const run = what !== undefined && UUID.test(what) ? await findRun(client, what) : undefined;
      if (run === undefined) await listRuns(client, what, options);
      else await showRun(client, run, options);
    });
}

/** A UUID may also be the name of a function that was registered without one. */
async function findRun(client: NodeClient, id: string): Promise<RunView | undefined> {
  try {
    return await client.json<RunView>('GET', `/v1/invocations/${id}`);
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== EXIT.notFound) throw error;
    const functionExists = await client.json('GET', `/v1/functions/${id}`).then(
      () => true,
      () => false,
    );
    if (!functionExists) throw error;
    return undefined;
  }
}

function nothingRan(name: string | undefined, { status, cold, since }: RunsOptions): string {
  if (status !== undefined || cold !== undefined || since !== undefined) return 'no invocations like that';
  return `no invocations yet: fob call ${name ?? '<function>'}`;
}

async function listRuns(client: NodeClient, name: string | undefined, options: RunsOptions): Promise<void> {
  const now = Date.now();
  const { invocations } = await client.json<{ invocations: RunView[] }>('GET', '/v1/invocations', {
    query: {
      function: name,
      status: options.status,
      coldStart: options.cold,
      from: options.since === undefined ? undefined : parseSinceMs(options.since, '--since', now),
      limit: options.limit ?? DEFAULT_LIMIT,
    },
  });
  // A function that was removed still has records, so its absence is told only where there are none.
  if (name !== undefined && invocations.length === 0)
    await aboutFunction(client, name, () => client.json('GET', functionPath(name)));
  if (options.json) return printJson(invocations);
  if (invocations.length === 0) return note(nothingRan(name, options));
  printTable(
    [
      { title: 'INVOCATION' },
      { title: 'FUNCTION', shrinkTo: 8 },
      { title: 'VERSION', align: 'right', dropOrder: 5 },
      {
        title: 'STATUS',
        shrinkTo: 9,
        decorate: (cell, status) => paint(status === 'succeeded' ? 'green' : 'red', cell),
      },
      { title: 'AGE', align: 'right', dropOrder: 0 },
      { title: 'TOOK', align: 'right', dropOrder: 1 },
      { title: 'WAITED', align: 'right', dropOrder: 3 },
      { title: 'START', dropOrder: 4 },
      { title: 'ERROR', apartUnder: 30, isBrief: true, hideEmpty: true },
    ],
    invocations.map((run) => [
      run.invocationId,
      run.function,
      run.alias === undefined ? String(run.version) : `${run.alias} ${run.version}`,
      run.status,
      formatAge(run.startedAtMs, now),
      formatDuration(run.durationMs),
      formatDuration(run.queuedMs),
      run.coldStart ? 'cold' : 'warm',
      errorOf(run),
    ]),
  );
}

async function showRun(client: NodeClient, run: RunView, options: RunsOptions): Promise<void> {
  if (options.json) return printJson(run);
  const now = Date.now();
  printPairs([
    ['invocation', run.invocationId],
    [
      'function',
      `${run.function}, version ${run.version}${run.alias === undefined ? '' : `, by the alias ${run.alias}`}`,
    ],
    ['status', run.reason === undefined ? run.status : `${run.status} (${run.reason})`],
    ['started', formatTime(run.startedAtMs, now)],
    ['took', formatDuration(run.durationMs)],
    ['waited', `${formatDuration(run.queuedMs)}${coldStartOf(run)}`],
    ...memoryOf(run),
    ['payload', formatBytes(run.payloadBytes)],
    ['result', formatBytes(run.resultBytes)],
    ['door', doorWords(run.door)],
    ...(run.caller === undefined ? [] : ([['called by', run.caller]] as [string, string][])),
    ...(run.eventId === undefined
      ? []
      : ([['event', `${run.eventId} (${run.lane}, attempt ${run.attempt})`]] as [string, string][])),
    ['sandbox', run.sandboxId],
    ...(errorOf(run) === '' ? [] : ([['error', errorOf(run)]] as [string, string][])),
    ...(run.errorStack ? ([['stack', run.errorStack]] as [string, string][]) : []),
  ]);
  const { lines } = await client.json<{ lines: LogLine[] }>('GET', '/v1/logs', {
    query: { function: run.function, invocation: run.invocationId, limit: 1000 },
  });
  if (lines.length > 0) print('');
  for (const line of lines.reverse()) print(formatLogLine(line, { now, paint }));
  note(`\nfob trace ${run.invocationId} shows where its time went, and what it called`);
}

function coldStartOf({ coldStart, startMs, placeMs = 0, loadMs = 0 }: RunView): string {
  if (!coldStart) return '';
  if (startMs === undefined) return ' (cold start)';
  const phases = [
    `sandbox ${formatDuration(startMs)}`,
    `code ${formatDuration(placeMs)}`,
    `load ${formatDuration(loadMs)}`,
  ];
  return ` (cold start: ${phases.join(', ')})`;
}

function memoryOf({ memoryMb, peakMemoryBytes }: RunView): [string, string][] {
  if (memoryMb === undefined) return [];
  const used = peakMemoryBytes === undefined ? '' : `${formatBytes(peakMemoryBytes)} at most, of `;
  return [['memory', `${used}${memoryMb} MB`]];
}

function errorOf(run: RunView): string {
  return [run.errorType, run.errorMessage].filter((part) => part !== undefined && part !== '').join(': ');
}
