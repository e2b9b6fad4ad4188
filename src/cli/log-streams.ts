import { aboutFunction, functionPath } from './api.ts';
import type { NodeClient } from './client.ts';
import { EXIT, Failure } from './failure.ts';
import { formatAgo, formatTime, parseSinceMs } from './human.ts';
import { note, printJson, printTable } from './output.ts';

const DEFAULT_STREAMS = 50;

interface StreamView {
  readonly sandboxId: string;
  readonly function: string;
  readonly version: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lines: number;
  readonly invocations: number;
}

interface StreamOptions {
  readonly from?: string;
  readonly since?: string;
  readonly stream?: string;
  readonly lines?: number;
  readonly json?: boolean;
}

/** Lists streams, that which was written to last first. */
export async function listStreams(client: NodeClient, names: readonly string[], options: StreamOptions): Promise<void> {
  if (names.length > 1) throw new Failure(EXIT.usage, '--streams is about one function, or all');
  const [name] = names;
  const now = Date.now();
  const since = options.from ?? options.since;
  const { streams, cursor } = await client.json<{ streams: StreamView[]; cursor?: string }>('GET', '/v1/logs/streams', {
    query: {
      function: name,
      prefix: options.stream,
      from: since === undefined ? undefined : parseSinceMs(since, '--since', now),
      limit: options.lines ?? DEFAULT_STREAMS,
    },
  });
  if (name !== undefined && streams.length === 0)
    await aboutFunction(client, name, () => client.json('GET', functionPath(name)));
  if (options.json) return printJson(streams);
  if (streams.length === 0) return note('no streams: there is one as soon as a sandbox runs or prints something');
  printTable(
    [
      { title: 'STREAM' },
      ...(name === undefined ? [{ title: 'FUNCTION', shrinkTo: 8 }] : []),
      { title: 'VERSION', align: 'right', dropOrder: 2 },
      { title: 'LINES', align: 'right' },
      { title: 'RUNS', align: 'right', dropOrder: 3 },
      { title: 'FIRST', dropOrder: 1 },
      { title: 'LAST' },
    ],
    streams.map((stream) => [
      stream.sandboxId,
      ...(name === undefined ? [stream.function] : []),
      String(stream.version),
      stream.lines.toLocaleString('en-US'),
      stream.invocations.toLocaleString('en-US'),
      formatTime(stream.firstMs, now),
      formatAgo(stream.lastMs, now),
    ]),
  );
  if (cursor !== undefined)
    note(`there are more; --since 1h shows those of the last hour, --lines ${DEFAULT_STREAMS * 4} more of them`);
}
