import { Anchor, Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { Link, useNavigate, useParams } from 'react-router';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { FactGrid } from '../../../ui/fact-grid.tsx';
import { Page } from '../../../ui/page.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { Time } from '../../../ui/time.tsx';
import { LinkList } from '../link-list.tsx';
import { TeamUse } from '../quotas/team-use.tsx';
import { TokenPanel } from '../tokens/token-panel.tsx';
import { type Team, TeamDialog } from './team-dialog.tsx';

/** One team: who is in it, what its members may do, what it uses, its tokens. */
export default function TeamPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/teams/{name}', { path: { name } });
  return (
    <Page
      title={name}
      lead={query.data?.description || undefined}
      crumbs={[{ title: 'Teams', to: '/people/teams' }]}
      actions={query.data && <Actions team={query.data} />}
    >
      <QueryView query={query} what={`The team ${name}`}>
        {(team) => (
          <>
            <Panel>
              <FactGrid
                facts={[
                  ['Members', <LinkList key="members" names={team.members} to="/people/users/" none="nobody" />],
                  ['Roles', <LinkList key="roles" names={team.roles} to="/people/roles/" />],
                  ['Since', <Time key="since" at={team.createdAt} />],
                  [
                    'Owns',
                    <Anchor key="owns" component={Link} to={`/functions?owner=${encodeURIComponent(name)}`} inherit>
                      Its functions
                    </Anchor>,
                  ],
                  [
                    'May it …?',
                    <Anchor key="can" component={Link} to={`/people/can?who=team:${encodeURIComponent(name)}`} inherit>
                      Ask who may what
                    </Anchor>,
                  ],
                ]}
              />
            </Panel>
            <TeamUse team={name} />
            <TokenPanel owner={{ team: name }} />
          </>
        )}
      </QueryView>
      <CommandLine words={['team', 'show', name]} />
    </Page>
  );
}

function Actions({ team }: { readonly team: Team }) {
  const navigate = useNavigate();
  const [isChanging, changing] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const { name } = team;
  const remove = useChange(
    () => api.delete('/v1/teams/{name}', { path: { name } }),
    ['/v1/teams', '/v1/users', '/v1/tokens'],
  );
  return (
    <>
      <Button onClick={changing.open}>Change</Button>
      <Button variant="default" onClick={removing.open}>
        Remove
      </Button>
      <TeamDialog opened={isChanging} onClose={changing.close} team={team} />
      <Confirm
        opened={isRemoving}
        onClose={removing.close}
        title={`Remove the team ${name}?`}
        verb="Remove"
        typed={name}
        onConfirm={async () => {
          await remove.mutateAsync(undefined);
          notifications.show({ message: `The team ${name} is removed` });
          void navigate('/people/teams');
        }}
      >
        Its tokens go with it. Its members stay, without the roles that they had by it; what it owns stays.
        <Group mt="sm">
          <CommandLine words={['team', 'rm', name]} />
        </Group>
      </Confirm>
    </>
  );
}
