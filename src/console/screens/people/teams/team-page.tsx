import { Anchor, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useParams } from 'react-router';
import { api } from '../../../api/client.ts';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { RemoveButton } from '../../../ui/confirm-button.tsx';
import { FactGrid } from '../../../ui/fact-grid.tsx';
import { May } from '../../../ui/may.tsx';
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
  const { name } = team;
  const [isChanging, changing] = useDisclosure(false);
  return (
    <>
      <May action="identity:write" on={`team:${name}`}>
        <Button onClick={changing.open}>Change</Button>
      </May>
      <RemoveButton
        of="team"
        name={name}
        action="identity:write"
        on={`team:${name}`}
        to="/people/teams"
        command={['team', 'rm', name]}
        revision={team.revision}
        remove={(precondition) => api.delete('/v1/teams/{name}', { path: { name }, ...precondition })}
        touches={['/v1/teams', '/v1/users', '/v1/tokens']}
      >
        Its tokens go with it. Its members stay, without the roles that they had by it; what it owns stays.
      </RemoveButton>
      <TeamDialog opened={isChanging} onClose={changing.close} team={team} />
    </>
  );
}
