import { useMemo } from 'react';
import type { Asked } from '../../api/client.ts';
import { useAddress } from '../../ui/address.ts';
import { putRange, type TimeRange, useTimeRange } from '../../ui/range.ts';
import type { LogLine } from './lines.ts';

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];
type TailQuery = NonNullable<Asked<'GET', '/v1/logs/tail'>['query']>;

/** Which lines are shown. */
export interface LogQuery {
  /** What holds for lines that are printed from now on, too. */
  readonly tail: TailQuery;
  readonly from?: string;
  readonly to?: string;
  readonly trace?: string;
}

/** What a view is always about, whatever the URL says. */
export interface LogScope {
  readonly function?: string;
  readonly invocation?: string;
}

/** What a person chose, as the URL says it. */
interface LogFilters {
  readonly functions: readonly string[];
  readonly text: string;
  readonly level?: Level;
  readonly where: readonly string[];
  readonly version?: number;
  readonly stream?: string;
  readonly invocation?: string;
  readonly trace?: string;
  readonly platform: boolean;
  /** Whether new lines come by themselves. */
  readonly live: boolean;
  /** The line that is to be opened: its place in the journal, or when it was printed. */
  readonly line?: string;
}

type Change = Partial<Record<'text' | 'level' | 'version' | 'stream' | 'invocation' | 'trace', string | undefined>> & {
  readonly functions?: readonly string[];
  readonly where?: readonly string[];
  readonly platform?: boolean;
  readonly live?: boolean;
};

/** The filters of a view of logs: kept in its URL, so that it can be shared; `usual` is the time that it shows where the URL says none. */
export function useLogFilters(scope: LogScope, usual: string) {
  const [search, setSearch] = useAddress();
  const { range } = useTimeRange(usual);
  const key = search.toString();
  const filters = useMemo(
    () => filtersIn(new URLSearchParams(key), range, scope.invocation !== undefined),
    [key, range, scope.invocation],
  );
  const { function: name, invocation } = scope;
  const query = useMemo(
    () => queryOf(filters, range, { ...(name && { function: name }), ...(invocation && { invocation }) }),
    [filters, range, name, invocation],
  );
  const change = (next: Change): void =>
    setSearch((before) => changed(before, next), { replace: next.text !== undefined });
  const setRange = (next: TimeRange): void =>
    setSearch((before) => {
      const after = changed(before, {});
      putRange(after, next, usual);
      return after;
    });
  /** The line that is opened; none without one. */
  const setLine = (line: string | undefined): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (line === undefined) after.delete('line');
        else after.set('line', line);
        return after;
      },
      { replace: true, preventScrollReset: true },
    );
  return { filters, query, range, setRange, setLine, change, key };
}

/** Of one invocation that has ended, what the platform says of it is usual, and nothing more will come. */
function filtersIn(search: URLSearchParams, range: TimeRange, isOfOne: boolean): LogFilters {
  const level = LEVELS.find((each) => each === search.get('level'));
  const version = Number(search.get('version'));
  const line = search.get('line') ?? '';
  const some = (name: 'stream' | 'invocation' | 'trace') => {
    const value = search.get(name);
    return value ? { [name]: value } : {};
  };
  return {
    functions: (search.get('function') ?? '').split(',').filter((name) => name !== ''),
    text: search.get('text') ?? '',
    where: search.getAll('where').filter((condition) => condition !== ''),
    ...(level !== undefined && { level }),
    ...(Number.isInteger(version) && version > 0 && { version }),
    ...(/^\d{1,16}$/.test(line) && { line }),
    ...some('stream'),
    ...some('invocation'),
    ...some('trace'),
    platform: (search.get('platform') ?? (isOfOne ? '1' : '')) === '1',
    live: !isOfOne && range.to === undefined && search.get('live') !== '0' && !search.get('trace'),
  };
}

function queryOf(filters: LogFilters, range: TimeRange, scope: LogScope): LogQuery {
  const names = scope.function ?? filters.functions.join(',');
  const { text, level, where, version, stream, trace, platform } = filters;
  const invocation = scope.invocation ?? filters.invocation;
  return {
    tail: {
      ...(names !== '' && { function: names }),
      ...(text !== '' && { text }),
      ...(level !== undefined && { level }),
      ...(where.length > 0 && { where: [...where] }),
      ...(version !== undefined && { version }),
      ...(stream !== undefined && { stream }),
      ...(invocation !== undefined && { invocation }),
      // An error that a function throws is looked for in its log.
      platform: platform ? 'all' : 'failures',
    },
    ...(trace !== undefined && { trace }),
    // One invocation is shown whole, whenever it was.
    ...(invocation === undefined && trace === undefined && { from: range.from }),
    ...(range.to !== undefined && { to: range.to }),
  };
}

function changed(before: URLSearchParams, change: Change): URLSearchParams {
  const { functions, where, platform, live, ...texts } = change;
  const after = new URLSearchParams(before);
  // Whether new ones come changes nothing of the lines that are there, and of the one that is opened.
  const staysOpen = Object.keys(change).join() === 'live' && !before.has('to');
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined || value === '') after.delete(name);
    else after.set(name, value);
  };
  for (const [name, value] of Object.entries(texts)) set(name, value);
  if (functions !== undefined) set('function', functions.join(','));
  if (platform !== undefined) set('platform', platform ? '1' : '0');
  if (live !== undefined) {
    set('live', live ? '' : '0');
    if (live) after.delete('to');
  }
  if (where !== undefined) {
    after.delete('where');
    for (const condition of where) after.append('where', condition);
  }
  if (!staysOpen) after.delete('line');
  return after;
}

const AROUND_MS = 60_000;

/** Where a line stands in its stream, among what was printed around it: a link that stays true. */
export function linePath({ id, sandboxId, timeMs }: Pick<LogLine, 'id' | 'sandboxId' | 'timeMs'>): string {
  const words = new URLSearchParams({
    stream: sandboxId,
    from: new Date(timeMs - AROUND_MS).toISOString(),
    to: new Date(timeMs + AROUND_MS).toISOString(),
    line: lineWord({ id, timeMs }),
  });
  return `/logs?${words}`;
}

/** A line as a word of the URL: its place in the journal, or, as long as it has none yet, when it was printed. */
export function lineWord({ id, timeMs }: { readonly id?: string | undefined; readonly timeMs: number }): string {
  return id ?? String(Math.ceil(timeMs));
}

/** The words of `fob logs` that show the same. */
export function commandOf({ tail, from, to, trace }: LogQuery, isLive: boolean): string[] {
  const { function: names, version, invocation, stream, text, level, where = [], platform } = tail;
  const words = ['logs', ...(names === undefined ? [] : names.split(','))];
  const option = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) words.push(name, String(value));
  };
  option('--version', version);
  option('--level', level);
  option('--text', text);
  for (const condition of where) option('--where', condition);
  option('--stream', stream);
  option('--invocation', invocation);
  option('--trace', trace);
  if (platform === 'all') words.push('--platform');
  else if (names !== undefined && !names.includes(',') && text === undefined) words.push('--failures');
  if (isLive) words.push('--follow');
  else {
    option('--since', from);
    option('--to', to);
  }
  return words;
}
