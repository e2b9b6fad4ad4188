import { Anchor, Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { Link, useNavigate, useParams } from 'react-router';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { FactGrid } from '../../../ui/fact-grid.tsx';
import { Page } from '../../../ui/page.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { LinkList } from '../link-list.tsx';
import { TokenPanel } from '../tokens/token-panel.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { UserDialog } from './user-dialog.tsx';

type User = Api['GET /v1/users/{name}']['answer'];

/** One user: their roles and teams, their tokens, and what can be done about them. */
export default function UserPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/users/{name}', { path: { name } });
  return (
    <Page
      title={name}
      lead={query.data?.fullName || undefined}
      crumbs={[{ title: 'Users', to: '/people' }]}
      actions={query.data && <Actions user={query.data} />}
    >
      <QueryView query={query} what={`The user ${name}`}>
        {(user) => (
          <>
            <Panel>
              <FactGrid
                facts={[
                  [
                    'State',
                    <StatusBadge key="state" tone={user.disabled ? 'notice' : 'good'}>
                      {user.disabled ? 'disabled' : 'active'}
                    </StatusBadge>,
                  ],
                  ['Address', user.email === '' ? undefined : user.email],
                  ['Signs in', user.hasPassword ? 'by password or token' : 'by tokens only'],
                  ['Since', <Time key="since" at={user.createdAt} />],
                  [
                    'Roles',
                    <LinkList key="roles" names={user.roles} to="/people/roles/" none="only those of their teams" />,
                  ],
                  ['Teams', <LinkList key="teams" names={user.teams} to="/people/teams/" none="none" />],
                  [
                    'May they …?',
                    <Anchor key="can" component={Link} to={`/people/can?who=user:${encodeURIComponent(name)}`} inherit>
                      Ask who may what
                    </Anchor>,
                  ],
                ]}
              />
            </Panel>
            <TokenPanel owner={{ user: name }} />
          </>
        )}
      </QueryView>
      <CommandLine words={['user', 'show', name]} />
    </Page>
  );
}

function Actions({ user }: { readonly user: User }) {
  const { name, disabled } = user;
  const navigate = useNavigate();
  const [isChanging, changing] = useDisclosure(false);
  const [isSetting, setting] = useDisclosure(false);
  const [isSwitching, switching] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const touched = ['/v1/users', '/v1/teams', '/v1/tokens'];
  const change = useChange(
    () => api.patch('/v1/users/{name}', { path: { name }, body: { disabled: !disabled } }),
    touched,
  );
  const remove = useChange(() => api.delete('/v1/users/{name}', { path: { name } }), touched);
  return (
    <>
      <Button onClick={changing.open}>Change</Button>
      <Button variant="default" onClick={setting.open}>
        Set password
      </Button>
      <Button variant="default" onClick={switching.open}>
        {disabled ? 'Enable' : 'Disable'}
      </Button>
      <Button variant="default" onClick={removing.open}>
        Remove
      </Button>
      <UserDialog opened={isChanging} onClose={changing.close} user={user} />
      <PasswordDialog name={name} opened={isSetting} onClose={setting.close} />
      <Confirm
        opened={isSwitching}
        onClose={switching.close}
        title={`${disabled ? 'Enable' : 'Disable'} ${name}?`}
        verb={disabled ? 'Enable' : 'Disable'}
        harmless={disabled}
        onConfirm={async () => {
          await change.mutateAsync(undefined);
          notifications.show({ message: `${name} is ${disabled ? 'enabled' : 'disabled'}` });
        }}
      >
        {disabled
          ? 'They and their tokens are let in again.'
          : 'They and their tokens are refused from then on; nothing is forgotten.'}
        <Group mt="sm">
          <CommandLine words={['user', disabled ? 'enable' : 'disable', name]} />
        </Group>
      </Confirm>
      <Confirm
        opened={isRemoving}
        onClose={removing.close}
        title={`Remove the user ${name}?`}
        verb="Remove"
        typed={name}
        onConfirm={async () => {
          await remove.mutateAsync(undefined);
          notifications.show({ message: `The user ${name} is removed` });
          void navigate('/people');
        }}
      >
        Their tokens go with them. What they own stays, and so does what the audit trail tells of them.
        <Group mt="sm">
          <CommandLine words={['user', 'rm', name]} />
        </Group>
      </Confirm>
    </>
  );
}
