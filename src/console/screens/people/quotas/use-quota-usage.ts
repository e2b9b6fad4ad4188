import { firstOf, useDue } from '../../../api/due.ts';
import { useApi } from '../../../api/hooks.ts';

/** What each team has used of its quota, or one of them; asked for again when a day or a month begins anew. */
export function useQuotaUsage(team?: string) {
  const usage = useApi('/v1/quota-usage', team === undefined ? undefined : { query: { team } });
  const { data, dataUpdatedAt } = usage;
  const resetsMs = (data?.teams ?? []).flatMap(({ uses }) =>
    uses.map(({ resetsAt }) => (resetsAt === undefined ? undefined : Date.parse(resetsAt))),
  );
  useDue('/v1/quota-usage', firstOf(resetsMs), dataUpdatedAt);
  return usage;
}
