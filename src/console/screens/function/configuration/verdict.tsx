import { Anchor, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../../api/client.ts';
import type { ApiProblem } from '../../../api/problem.ts';
import type { Api } from '../../../api/types.gen.ts';
import { furtherWarnings } from '../../../ui/further-warnings.ts';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import classes from './configuration.module.css';
import type { Config } from './settings.ts';

type Answer = Api['POST /v1/policies/check']['answer'];

/** What the policies say to the settings as they are written, before anything is saved. */
export function Verdict({ name, changes }: { readonly name: string; readonly changes: Partial<Config> }) {
  const [config] = useDebouncedValue(changes, 300);
  const query = useQuery<Answer, ApiProblem>({
    queryKey: ['/v1/policies/check', { query: { function: name }, config }],
    queryFn: ({ signal }) => api.post('/v1/policies/check', { body: { function: name, config }, signal }),
    placeholderData: (before) => before,
    retry: false,
  });
  return (
    <QueryView query={query} what="The verdict" rows={2}>
      {({ allowed, policies, violations, warnings }) => (
        <div className={classes.verdict}>
          <StatusBadge tone={!allowed ? 'bad' : violations.length + warnings.length > 0 ? 'notice' : 'good'}>
            {allowed ? 'Policies allow it' : 'Policies forbid it'}
          </StatusBadge>
          {violations.map(({ policy, rule, message, mode }) => (
            <Text size="sm" key={policy + rule}>
              {message}{' '}
              <span className={classes.small}>
                ({policy}
                {mode === 'warn' ? ', a warning' : ''})
              </span>
            </Text>
          ))}
          {furtherWarnings({ violations, warnings }).map((warning) => (
            <Text size="sm" key={warning}>
              {warning}
            </Text>
          ))}
          <Text size="xs" c="dimmed">
            {policies.length === 0 ? 'No policy applies to it.' : `By ${policies.join(', ')}.`}{' '}
            <Anchor component={Link} to="/people/policies" inherit underline="always">
              Policies
            </Anchor>
          </Text>
        </div>
      )}
    </QueryView>
  );
}
