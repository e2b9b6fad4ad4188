import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useParams } from 'react-router';
import { api } from '../../../api/client.ts';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { RemoveButton } from '../../../ui/confirm-button.tsx';
import { FactGrid } from '../../../ui/fact-grid.tsx';
import { May } from '../../../ui/may.tsx';
import { Page } from '../../../ui/page.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { LinkList } from '../link-list.tsx';
import type { RoleView } from '../statement.ts';
import { StatementList } from '../statement-list.tsx';
import { RoleDialog } from './role-dialog.tsx';

/** One role: what it says, and who has it. */
export default function RolePage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/roles/{name}', { path: { name } });
  const users = useApi('/v1/users');
  const teams = useApi('/v1/teams');
  const has = ({ roles }: { roles: string[] }) => roles.includes(name);
  const userNames = users.data?.users.filter(has).map((user) => user.name) ?? [];
  const teamNames = teams.data?.teams.filter(has).map((team) => team.name) ?? [];
  return (
    <Page
      title={name}
      lead={query.data?.description || undefined}
      crumbs={[{ title: 'Roles', to: '/people/roles' }]}
      actions={query.data && !query.data.builtIn && <Actions role={query.data} />}
    >
      <QueryView query={query} what={`The role ${name}`}>
        {(role) => (
          <>
            <Panel title="Who has it">
              <StatementList statements={role.statements} />
            </Panel>
            <Panel title="Had by">
              <FactGrid
                facts={[
                  ['Users', <LinkList key="users" names={userNames} to="/people/users/" none="nobody" />],
                  ['Teams', <LinkList key="teams" names={teamNames} to="/people/teams/" none="none" />],
                ]}
              />
            </Panel>
            {role.builtIn && (
              <Text size="sm" c="dimmed">
                Every node has this role, and nobody can change it, so that there is always a way to give all of it
                again.
              </Text>
            )}
          </>
        )}
      </QueryView>
      <CommandLine words={['role', 'show', name]} />
    </Page>
  );
}

function Actions({ role }: { readonly role: RoleView }) {
  const { name } = role;
  const [isChanging, changing] = useDisclosure(false);
  return (
    <>
      <May action="identity:write">
        <Button onClick={changing.open}>Change</Button>
      </May>
      <RemoveButton
        of="role"
        name={name}
        action="identity:write"
        to="/people/roles"
        untyped
        command={['role', 'rm', name]}
        revision={role.revision}
        remove={(precondition) => api.delete('/v1/roles/{name}', { path: { name }, ...precondition })}
        touches={['/v1/roles']}
      >
        Only a role that nobody has any more can be removed.
      </RemoveButton>
      <RoleDialog opened={isChanging} onClose={changing.close} role={role} />
    </>
  );
}
