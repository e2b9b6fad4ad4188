import { Button, Group, MultiSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Answer, api } from '../../api/client.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import { useMay } from '../../api/may.ts';
import { ApiProblem } from '../../api/problem.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Failure } from '../../ui/failure.tsx';
import { ifRevision } from '../../ui/form-dialog.tsx';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import classes from './alerts.module.css';

type Routes = Omit<Answer<'GET', '/v1/alerts/routing'>, 'revision'>;
type Edit = (routes: Routes) => Routes;

const MOST_ATTEMPTS = 5;

/** Which channels the alerts of whose functions go to. */
export function Routing({ channels }: { channels: readonly string[] }) {
  const query = useApi('/v1/alerts/routing');
  const [owner, setOwner] = useState('');
  const change = useChange(saveEdit, ['/v1/alerts/routing']);
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
              onChange={(chosen) => {
                const edit = chosenOf(routes.default, chosen);
                change.mutate((now) => ({ ...now, default: edit(now.default) }));
              }}
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
                  const edit = chosenOf(told, chosen);
                  change.mutate((now) => {
                    const { [name]: before = [], ...others } = now.owners;
                    const after = edit(before);
                    return { ...now, owners: after.length === 0 ? others : { ...others, [name]: after } };
                  });
                }}
              />
            ))}
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (owner === '' || owner in routes.owners) return;
                change.mutate((now) => ({ ...now, owners: { [owner]: now.default, ...now.owners } }));
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

/** What was chosen and taken back of what was shown, done to what stands. */
function chosenOf(shown: readonly string[], chosen: readonly string[]): (now: readonly string[]) => string[] {
  return (now) => [
    ...now.filter((each) => chosen.includes(each) || !shown.includes(each)),
    ...chosen.filter((each) => !shown.includes(each) && !now.includes(each)),
  ];
}

/** Does an edit to what stands, again where somebody else was faster: neither change is lost. */
async function saveEdit(edit: Edit): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const { revision, ...routes } = await api.get('/v1/alerts/routing');
    try {
      return await api.put('/v1/alerts/routing', { body: edit(routes), ...ifRevision(revision) });
    } catch (error) {
      const isLate = error instanceof ApiProblem && error.code === 'precondition_failed';
      if (!isLate || attempt >= MOST_ATTEMPTS) throw error;
    }
  }
}
