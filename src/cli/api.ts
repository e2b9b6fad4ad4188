import type { AliasShare } from '../model/alias.ts';
import type { FunctionConfig } from '../model/function.ts';
import type { VersionOrigin } from '../model/origin.ts';
import { closest } from '../model/suggest.ts';
import { parseTarget } from '../model/target.ts';
import type { NodeClient } from './client.ts';
import { EXIT, Failure } from './failure.ts';

/** What the native API answers, as far as the command line reads it. */
export interface FunctionView {
  readonly name: string;
  readonly id: string;
  readonly version: number;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly config: FunctionConfig;
  readonly code: {
    readonly form: 'inline' | 'zip' | 'tar.gz';
    readonly bytes: number;
    readonly sha256: string;
    readonly fileName?: string;
    readonly files: number;
    readonly builtBytes: number;
  };
  readonly origin?: VersionOrigin;
  readonly newestVersion?: number;
  readonly aliases?: readonly { readonly name: string; readonly versions: readonly AliasShare[] }[];
}

export interface RunView {
  readonly invocationId: string;
  readonly function: string;
  readonly version: number;
  readonly door: string;
  readonly eventId?: string;
  readonly lane?: string;
  readonly attempt?: number;
  readonly status: string;
  readonly reason?: string;
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly errorStack?: string;
  readonly startedAtMs: number;
  readonly queuedMs: number;
  readonly durationMs: number;
  readonly coldStart: boolean;
  readonly sandboxId: string;
  readonly payloadBytes: number;
  readonly resultBytes: number;
  readonly alias?: string;
  readonly caller?: string;
  readonly traceId?: string;
  readonly memoryMb?: number;
  readonly peakMemoryBytes?: number;
  readonly startMs?: number;
  readonly placeMs?: number;
  readonly loadMs?: number;
}

export interface LogLine {
  /** Where it is in the journal; a line of the live tail has none. */
  readonly id?: string;
  readonly timeMs: number;
  readonly function: string;
  readonly version: number;
  readonly invocationId?: string;
  readonly sandboxId: string;
  readonly stream: 'stdout' | 'stderr' | 'platform';
  readonly level: string;
  readonly text: string;
}

const PAGE = 1_000;

/** Every function of a node, in name order, page by page. */
export async function allFunctions(
  client: NodeClient,
  filter: Readonly<Record<string, string | undefined>> = {},
  signal?: AbortSignal,
): Promise<FunctionView[]> {
  const all: FunctionView[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.json<{ functions: FunctionView[]; cursor?: string }>('GET', '/v1/functions', {
      query: { ...filter, limit: PAGE, cursor },
      ...(signal !== undefined && { signal }),
    });
    all.push(...page.functions);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return all;
}

/** The path of a function, or of a version or alias of it, in the API. */
export function functionPath(name: string, rest = ''): string {
  return `/v1/functions/${encodeURIComponent(name).replace('%3A', ':')}${rest}`;
}

/** Runs a request about one function; where there is none of that name, the failure suggests the one that was meant. */
export async function aboutFunction<T>(client: NodeClient, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== EXIT.notFound) throw error;
    const all = await allFunctions(client).catch(() => []);
    const { function: wanted } = parseTarget(name);
    // The function is there: what is missing is a version, an alias or the like, which the node has said.
    if (all.some((each) => each.name === wanted || each.id === wanted)) throw error;
    const names = all.map((each) => each.name);
    const meant = closest(wanted, names);
    const hint = meant === undefined ? 'fob list shows all functions' : `did you mean ${meant}?`;
    throw new Failure(EXIT.notFound, `there is no function "${wanted}"`, { hint, body: error.body, cause: error });
  }
}
