import { Anchor, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useParams } from 'react-router';
import { api } from '../../../api/client.ts';
import { renew, useApi } from '../../../api/hooks.ts';
import { useSession } from '../../../api/session.ts';
import type { Api } from '../../../api/types.gen.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { ConfirmButton, RemoveButton } from '../../../ui/confirm-button.tsx';
import { FactGrid } from '../../../ui/fact-grid.tsx';
import { May } from '../../../ui/may.tsx';
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
  const { session } = useSession();
  const [isChanging, changing] = useDisclosure(false);
  const [isSetting, setting] = useDisclosure(false);
  const touches = ['/v1/users', '/v1/teams', '/v1/tokens'];
  return (
    <>
      <May action="identity:write">
        <Button onClick={changing.open}>Change</Button>
      </May>
      {session?.user === name ? (
        // One's own takes the present one, too.
        <Button variant="default" component={Link} to="/profile">
          Set password
        </Button>
      ) : (
        <May action="identity:write">
          <Button variant="default" onClick={setting.open}>
            Set password
          </Button>
        </May>
      )}
      <ConfirmButton
        action="identity:write"
        label={disabled ? 'Enable' : 'Disable'}
        title={`${disabled ? 'Enable' : 'Disable'} ${name}?`}
        harmless={disabled}
        command={['user', disabled ? 'enable' : 'disable', name]}
        onConfirm={async () => {
          await api.patch('/v1/users/{name}', { path: { name }, body: { disabled: !disabled } });
          await renew(...touches);
          return `${name} is ${disabled ? 'enabled' : 'disabled'}`;
        }}
      >
        {disabled
          ? 'They and their tokens are let in again.'
          : 'They and their tokens are refused from then on; nothing is forgotten.'}
      </ConfirmButton>
      <RemoveButton
        of="user"
        name={name}
        action="identity:write"
        to="/people"
        command={['user', 'rm', name]}
        revision={user.revision}
        remove={(precondition) => api.delete('/v1/users/{name}', { path: { name }, ...precondition })}
        touches={touches}
      >
        Their tokens go with them. What they own stays, and so does what the audit trail tells of them.
      </RemoveButton>
      <UserDialog opened={isChanging} onClose={changing.close} user={user} />
      <PasswordDialog name={name} opened={isSetting} onClose={setting.close} />
    </>
  );
}
