import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useFunctions } from '../../../api/functions.ts';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { furtherWarnings } from '../../../ui/further-warnings.ts';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { useParam } from '../../../ui/use-param.ts';
import classes from '../people.module.css';
import { sentencesOf } from './policy.ts';

/** Asks what a deployment of a function would be told as everything stands. */
export function CheckPanel() {
  const functions = useFunctions();
  const [asked, setAsked] = useParam('check');
  const [name, setName] = useState<string | null>(asked === '' ? null : asked);
  const verdict = useApi(
    '/v1/policies/effective',
    { query: { function: asked } },
    { enabled: asked !== '', staleTime: 0, keepPrevious: true },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(name ?? '');
  };
  return (
    <Panel title="What holds for a function">
      <Stack gap="md">
        <form onSubmit={submit}>
          <Group align="flex-end" gap="sm">
            <Select
              label="Function"
              searchable
              limit={60}
              data={functions.data?.map((each) => each.name) ?? []}
              value={name}
              onChange={setName}
              style={{ flex: '0 1 20rem' }}
            />
            <Button type="submit" variant="default" disabled={name === null}>
              Check
            </Button>
          </Group>
        </form>
        {asked !== '' && (
          <QueryView query={verdict} what="What holds">
            {({ allowed, violations, warnings, policies, limits }) => (
              <div className={classes.verdict} role="status">
                <StatusBadge tone={allowed ? 'good' : 'bad'}>
                  {allowed ? `${asked} could be deployed` : `${asked} would be refused`}
                </StatusBadge>
                {violations.map(({ policy, rule, mode, message }) => (
                  <Text size="sm" key={`${policy} ${rule}`}>
                    {mode === 'warn' ? 'Told' : 'Refused'} by {policy}: {message}
                  </Text>
                ))}
                {furtherWarnings({ violations, warnings }).map((warning) => (
                  <Text size="sm" key={warning}>
                    {warning}
                  </Text>
                ))}
                <Text size="sm" c="dimmed">
                  {policies.length === 0
                    ? 'No policy is about it.'
                    : `Policies that are about it: ${policies.join(', ')}. Enforced together: ${sentencesOf(limits).join(', ') || 'nothing'}.`}
                </Text>
                <CommandLine words={['policy', 'check', asked]} />
              </div>
            )}
          </QueryView>
        )}
      </Stack>
    </Panel>
  );
}
