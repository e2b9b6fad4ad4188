import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { sampleOf } from '../test/sources.ts';

/** What the function's first trigger sends it, for completion; `undefined` where nothing wakes it, or nobody knows. */
export function useEventSample(view: FunctionView): unknown {
  const triggers = useApi('/v1/triggers', { query: { function: view.name } }, { retry: false });
  const first = triggers.data?.triggers[0];
  const { data } = useQuery({
    queryKey: ['/v1/trigger-types/{type}/sample', { of: first?.name, revision: first?.revision }],
    queryFn: async (): Promise<unknown> => JSON.parse(await sampleOf(`trigger:${first!.name}`, view, [first!])),
    enabled: first !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data;
}
