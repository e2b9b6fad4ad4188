import { Badge, Text } from '@mantine/core';
import { useSession } from '../../api/session.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { PasswordForm } from './password-form.tsx';
import classes from './profile.module.css';
import { Tokens } from './tokens.tsx';

/** Who one is, what one's roles are, one's password and tokens. */
export default function Profile() {
  const { session } = useSession();
  if (session === undefined) return <Loading />;
  return (
    <Page title="Profile and tokens">
      <Panel title="You">
        <dl className={classes.facts}>
          <dt>Name</dt>
          <dd>{session.name}</dd>
          <dt>Signed in as</dt>
          <dd>{session.kind === 'operator' ? "the node's operator" : `a ${session.kind}`}</dd>
          <dt>Teams</dt>
          <dd>{session.teams.length === 0 ? 'none' : session.teams.join(', ')}</dd>
          <dt>Roles</dt>
          <dd>
            {session.kind === 'operator'
              ? 'may do everything'
              : session.roles.length === 0
                ? 'none'
                : session.roles.map(({ role, through }) => (
                    <Badge key={role + through} variant="default" mr={6} tt="none" title={`through ${through}`}>
                      {role}
                    </Badge>
                  ))}
          </dd>
        </dl>
        <CommandLine words={['whoami']} />
      </Panel>
      {session.user === undefined ? (
        <Panel title="Tokens">
          <Text size="sm" c="dimmed">
            Tokens belong to users.{' '}
            {session.credentialsDemanded
              ? 'You came by a token of the node itself or of a team.'
              : 'This node has no users yet.'}
          </Text>
        </Panel>
      ) : (
        <>
          <Tokens />
          <PasswordForm user={session.user} />
        </>
      )}
    </Page>
  );
}
