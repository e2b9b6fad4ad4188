import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api } from '../api/client.ts';
import { useFunctions } from '../api/functions.ts';
import { useApi } from '../api/hooks.ts';
import { useMay } from '../api/may.ts';
import { ageMs } from './range.ts';

const AGES = ['15m', '30m', '1h', '3h', '12h', '24h'];
const MINUTE_MS = 60_000;

/**
 * How far back one looks first: the shortest usual age in which all calls of a function lie, or of all functions, and `longest`
 * where none is so long. `undefined` while it is not known. Decided once: a range that grows by itself would be another one each minute.
 */
export function useUsualRange(longest: string, name?: string): string | undefined {
  const decided = useRef(new Map<string, string>());
  const of = name ?? '*';
  const before = decided.current.get(of);
  const age = useAge(longest, name, before === undefined);
  if (before !== undefined || age === undefined) return before;
  decided.current.set(of, age);
  return age;
}

function useAge(longest: string, name: string | undefined, isOpen: boolean): string | undefined {
  const [nowMs] = useState(() => Date.now());
  const longestMs = ageMs(longest)!;
  const one = useApi('/v1/functions/{name}', { path: { name: name ?? '' } }, { enabled: isOpen && name !== undefined });
  const all = useFunctions({ enabled: isOpen && name === undefined });
  const functions = name === undefined ? all.data : one.data && [one.data];
  const madeMs = functions && Math.min(nowMs, ...functions.map(({ createdAt }) => Date.parse(createdAt)));
  const isOld = madeMs !== undefined && nowMs - madeMs > longestMs;
  const may = useMay('metrics:read', name && `function:${name}`).allowed;
  const first = useQuery({
    // By no path: what was called first does not change with what happens.
    queryKey: ['first call', { name, longest }],
    queryFn: ({ signal }) => firstCallMs(longest, name, signal),
    enabled: isOpen && may === true && madeMs !== undefined && !isOld,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isOld || one.isError || all.isError || first.isError) return longest;
  // Whoever may not see how all of them did knows at least since when there are those that they see.
  if (madeMs === undefined || (first.data === undefined && may !== false)) return undefined;
  const sinceMs = first.data ?? madeMs;
  const reachMs = Math.min(nowMs - sinceMs + MINUTE_MS, longestMs);
  return AGES.find((age) => ageMs(age)! >= reachMs);
}

/** `null` where there was none. */
async function firstCallMs(longest: string, name: string | undefined, signal: AbortSignal): Promise<number | null> {
  const query = { metric: 'invocations,throttles', from: longest, step: '1m', ...(name && { function: name }) };
  const { metrics } = await api.get('/v1/metrics/query', { query, signal });
  const times = metrics.flatMap(({ series }) =>
    series.flatMap(({ points }) => points.find(([, calls]) => calls! > 0)?.[0] ?? []),
  );
  return times.length === 0 ? null : Math.min(...times);
}
