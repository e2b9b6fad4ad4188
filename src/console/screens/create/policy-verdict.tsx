import { Alert, Stack, Text } from '@mantine/core';
import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { ApiProblem } from '../../api/problem.ts';
import type { Api } from '../../api/types.gen.ts';
import { furtherWarnings } from '../../ui/further-warnings.ts';
import { Loading } from '../../ui/loading.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { useCreation } from './context.tsx';
import type { Draft } from './draft.ts';
import { configOf } from './plan.ts';
import classes from './review.module.css';

type Verdict = Api['POST /v1/policies/check']['answer'];

/** What the policies say of a function as it is written; asked anew when that changes. */
function verdictQuery(draft: Draft, at: number) {
  const { name } = draft.parts.functions[at]!;
  const config = configOf(draft, at);
  return queryOptions<Verdict, ApiProblem>({
    queryKey: ['/v1/policies/check', { function: name, config }],
    queryFn: () => api.post('/v1/policies/check', { body: { function: name, config } }),
    // A policy that is gone must not hold anybody back.
    staleTime: 0,
    enabled: /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name),
    retry: false,
  });
}

function useVerdict(at: number) {
  return useQuery(verdictQuery(useCreation().draft, at));
}

/** The first function that policies forbid as it is written, where there is one; its verdict is as fresh as the review's. */
export function useForbidden(draft: Draft): string | undefined {
  const { functions } = draft.parts;
  const verdicts = useQueries({ queries: functions.map((_, at) => verdictQuery(draft, at)) });
  return functions.find((_, at) => verdicts[at]?.data?.allowed === false)?.name;
}

/** What they say in a word. */
export function PolicyBadge({ at }: { readonly at: number }) {
  const { data, error } = useVerdict(at);
  if (error !== null) return <StatusBadge tone="quiet">policies not known</StatusBadge>;
  if (data === undefined) return <StatusBadge tone="busy">asking the policies</StatusBadge>;
  if (!data.allowed) return <StatusBadge tone="bad">policies forbid it</StatusBadge>;
  if (data.violations.length + data.warnings.length > 0) return <StatusBadge tone="notice">policies warn</StatusBadge>;
  return <StatusBadge tone="good">policies allow it</StatusBadge>;
}

/** What they forbid and warn of, and nothing where they allow it. */
export function PolicyVerdict({ at }: { readonly at: number }) {
  const { data, error, isLoading } = useVerdict(at);
  if (isLoading) return <Loading rows={1} />;
  if (error !== null) {
    return (
      <Text size="sm" c="dimmed">
        What the policies say cannot be told: {error.detail}
      </Text>
    );
  }
  const said = [
    ...(data?.violations ?? []).map(({ policy, mode, message }) => ({ policy, message, isBad: mode === 'enforce' })),
    ...(data === undefined ? [] : furtherWarnings(data)).map((message) => ({ policy: '', message, isBad: false })),
  ];
  if (said.length === 0) return null;
  return (
    <Stack gap={6}>
      {said.map(({ policy, message, isBad }) => (
        <Alert
          key={`${policy}${message}`}
          color={isBad ? 'red' : 'yellow'}
          variant="light"
          title={`${isBad ? 'Forbidden' : 'Warned of'}${policy === '' ? '' : ` by the policy ${policy}`}`}
          className={classes.verdict ?? ''}
          data-bad={isBad || undefined}
        >
          {message}
        </Alert>
      ))}
    </Stack>
  );
}
