import { Button, Group, MultiSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Answer, api } from '../../api/client.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import { useMay } from '../../api/may.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Failure } from '../../ui/failure.tsx';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import classes from './alerts.module.css';

type Routes = Answer<'GET', '/v1/alerts/routing'>;

/** Which channels the alerts of whose functions go to. */
export function Routing({ channels }: { channels: readonly string[] }) {
  const query = useApi('/v1/alerts/routing');
  const [owner, setOwner] = useState('');
  const change = useChange((body: Routes) => api.put('/v1/alerts/routing', { body }), ['/v1/alerts/routing']);
  const isOff = useMay('alert:write').allowed !== true;
  return (
    <Panel title="Who is told of what">
      <QueryView query={query} what="The routing">
        {(routes) => (
          <div className={classes.form}>
            <MultiSelect
              label="Of all functions whose owner has no other channel"
              placeholder={routes.default.length === 0 ? 'nobody' : ''}
              data={[...channels]}
              disabled={isOff}
              value={routes.default}
              onChange={(chosen) => change.mutate({ ...routes, default: chosen })}
            />
            {Object.entries(routes.owners).map(([name, told]) => (
              <MultiSelect
                key={name}
                label={`Of functions of ${name}`}
                placeholder={told.length === 0 ? 'nobody' : ''}
                data={[...channels]}
                disabled={isOff}
                value={told}
                onChange={(chosen) => {
                  const { [name]: _before, ...others } = routes.owners;
                  change.mutate({ ...routes, owners: chosen.length === 0 ? others : { ...others, [name]: chosen } });
                }}
              />
            ))}
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (owner === '' || owner in routes.owners) return;
                change.mutate({ ...routes, owners: { ...routes.owners, [owner]: routes.default } });
                setOwner('');
              }}
            >
              <Group gap="xs" align="flex-end">
                <TextInput
                  label="An owner of their own channels"
                  value={owner}
                  onChange={(event) => setOwner(event.currentTarget.value)}
                />
                <May action="alert:write">
                  <Button type="submit" variant="default" disabled={owner === ''}>
                    Add
                  </Button>
                </May>
              </Group>
            </form>
            <Failure error={change.error} />
            <CommandLine words={['alert', 'route', 'default', ...routes.default]} />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}
