import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { ApiProblem } from '../../api/problem.ts';
import type { TriggerDraft } from '../../ui/trigger-form/trigger-form.tsx';

const WAIT_MS = 300;

/** What a function gets from a trigger with these options; `undefined` where there is no trigger, and until it is known. */
export function useSample(trigger: TriggerDraft | undefined, handler: string): unknown {
  const type = trigger?.type;
  const [options] = useDebouncedValue(JSON.stringify(trigger?.options ?? {}), WAIT_MS);
  const { data } = useQuery<{ handler: unknown; callme: unknown }, ApiProblem>({
    queryKey: ['/v1/trigger-types/{type}/sample', { path: { type }, options }],
    queryFn: async () => {
      const given = Object.entries(JSON.parse(options) as Record<string, unknown>);
      const body = { options: Object.fromEntries(given.filter(([, value]) => value !== '' && value !== undefined)) };
      try {
        return await api.post('/v1/trigger-types/{type}/sample', { path: { type: type! }, body });
      } catch {
        // Options that are not finished yet: the event of a usual trigger has the same shape.
        return api.post('/v1/trigger-types/{type}/sample', { path: { type: type! }, body: {} });
      }
    },
    enabled: type !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (type === undefined || data === undefined) return undefined;
  return handler.endsWith('.callme') ? data.callme : data.handler;
}
