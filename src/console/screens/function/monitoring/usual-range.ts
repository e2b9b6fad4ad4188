import { useState } from 'react';
import { useApi } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { ageMs } from '../../../ui/range.ts';

const LONGEST = '3h';
const AGES = ['15m', '30m', '1h', LONGEST];
const MINUTE_MS = 60_000;

/** The shortest usual age that reaches back to a time, and a little further. */
export function ageReaching(sinceMs: number, nowMs: number): string {
  return AGES.find((age) => ageMs(age)! >= nowMs - sinceMs + MINUTE_MS) ?? LONGEST;
}

/** How far back one looks at a function first: to its first call, at most three hours. `undefined` while it is not known. */
export function useUsualRange({ name, createdAt }: FunctionView): string | undefined {
  // Decided once: a range that grows by itself would be another one each minute.
  const [nowMs] = useState(() => Date.now());
  const isOld = nowMs - Date.parse(createdAt) > ageMs(LONGEST)!;
  const query = { metric: 'invocations', function: name, from: LONGEST, step: '1m' };
  const { data, isError } = useApi(
    '/v1/metrics/query',
    { query },
    { enabled: !isOld, staleTime: Number.POSITIVE_INFINITY },
  );
  if (isOld || isError) return LONGEST;
  if (data === undefined) return undefined;
  const first = data.metrics[0]?.series[0]?.points.find(([, calls]) => calls! > 0)?.[0];
  return ageReaching(first ?? Date.parse(createdAt), nowMs);
}
