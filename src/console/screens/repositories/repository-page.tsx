import { Button, Code, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { RemoveButton } from '../../ui/confirm-button.tsx';
import { tell, tellFailure } from '../../ui/deed.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { countText, formatDuration } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { DeploymentPanel } from './deployment-panel.tsx';
import { deploysOf, type Repository, shortCommit, stateOf } from './repository.ts';
import { RepositoryDialog } from './repository-dialog.tsx';

/** One repository: where it comes from, and what it deployed. */
export default function RepositoryPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/repositories/{name}', { path: { name } });
  return (
    <Page
      title={name}
      lead={query.data?.description || undefined}
      crumbs={[{ title: 'Repositories', to: '/repositories' }]}
      actions={query.data && <Actions repository={query.data} />}
    >
      <QueryView query={query} what={`The repository ${name}`}>
        {(repository) => (
          <>
            <Summary repository={repository} />
            <DeploymentPanel repository={repository} />
          </>
        )}
      </QueryView>
      <CommandLine words={['repo', 'show', name]} />
    </Page>
  );
}

function Summary({ repository }: { readonly repository: Repository }) {
  const { watch, path, environment, function: fn, createdAt, by } = repository;
  const { tone, words } = stateOf(repository);
  return (
    <Panel title={watch === undefined ? 'Pushed to' : 'Watched'} aside={<StatusBadge tone={tone}>{words}</StatusBadge>}>
      {watch?.error !== undefined && (
        <Text size="sm" c="var(--fob-bad)" mb="sm">
          {countText(watch.failures, 'attempt')} in a row failed: {watch.error}
        </Text>
      )}
      <FactGrid
        facts={[
          ['Address', watch?.url],
          ['Push to', path && <Code key="path">{`${window.location.origin}${path}`}</Code>],
          ['Deploys', deploysOf(repository)],
          ['Looked at every', watch && formatDuration(watch.pollMs)],
          ['Looked at', watch?.checkedAt && <Time key="at" at={watch.checkedAt} ago />],
          ['Next', watch?.nextAtMs === undefined ? undefined : <Time key="next" at={watch.nextAtMs} ago />],
          ['Commit', watch?.commit && <Code key="commit">{shortCommit(watch.commit)}</Code>],
          ['Credential', watch && (watch.hasCredential ? 'sealed' : 'none')],
          ['Webhook', watch && <Code key="hook">{watch.hookPath}</Code>],
          ['Environment', environment || undefined],
          ['Function', fn || undefined],
          ['Created', <Time key="made" at={createdAt} ago />],
          ['By', by],
        ]}
      />
    </Panel>
  );
}

function Actions({ repository }: { readonly repository: Repository }) {
  const { name, watch } = repository;
  const [isChanging, changing] = useDisclosure(false);
  const look = useChange(() => api.post('/v1/repositories/{name}/look', { path: { name } }), ['/v1/repositories']);
  const lookNow = () =>
    look.mutate(undefined, {
      onSuccess: (view) => {
        const error = view.watch?.error;
        if (error === undefined) tell(`${name} was looked at`, ['repo', 'look', name]);
        else tellFailure(new Error(error));
      },
      onError: tellFailure,
    });
  const on = `repository:${name}`;
  return (
    <>
      {watch !== undefined && (
        <May action="repository:write" on={on}>
          <Button loading={look.isPending} onClick={lookNow}>
            Look now
          </Button>
        </May>
      )}
      <May action="repository:write" on={on}>
        <Button variant="default" onClick={changing.open}>
          Change
        </Button>
      </May>
      <RemoveButton
        of="repository"
        name={name}
        action="repository:write"
        on={on}
        to="/repositories"
        command={['repo', 'rm', name]}
        revision={repository.revision}
        remove={(precondition) => api.delete('/v1/repositories/{name}', { path: { name }, ...precondition })}
        touches={['/v1/repositories']}
      >
        {watch === undefined ? 'Everything that was pushed to it goes with it.' : 'It is not watched any more.'} What
        was deployed from it stays.
      </RemoveButton>
      <RepositoryDialog opened={isChanging} onClose={changing.close} repository={repository} />
    </>
  );
}
