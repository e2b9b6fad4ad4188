import { Code, Drawer, Stack, Text } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { useParam } from '../../ui/use-param.ts';
import classes from './repositories.module.css';
import { type Deployment, type Repository, shortCommit } from './repository.ts';

const COLUMNS: readonly Column<Deployment>[] = [
  {
    key: 'state',
    phone: 'second',
    title: 'Outcome',
    width: 'minmax(5.5rem, 7rem)',
    cell: ({ state }) => (
      <StatusBadge tone={state === 'deployed' ? 'good' : 'bad'} plain>
        {state}
      </StatusBadge>
    ),
  },
  { key: 'subject', phone: 'first', title: 'What', width: 'minmax(6rem, 3fr)', cell: ({ subject }) => subject },
  {
    key: 'commit',
    title: 'Commit',
    width: '7rem',
    wide: true,
    cell: ({ commit }) => <Code>{shortCommit(commit)}</Code>,
  },
  {
    key: 'ref',
    title: 'From',
    width: 'minmax(5rem, 1fr)',
    wide: true,
    cell: ({ ref }) => ref.replace(/^refs\/(heads|tags)\//, ''),
  },
  {
    key: 'author',
    phone: 'rest',
    title: 'Author',
    width: 'minmax(6rem, 1.4fr)',
    wide: true,
    cell: ({ author }) => author,
  },
  {
    key: 'took',
    title: 'Took',
    width: '5rem',
    wide: true,
    align: 'right',
    cell: ({ durationMs }) => formatDuration(durationMs),
  },
  { key: 'at', phone: 'end', title: 'When', width: 'minmax(4.5rem, 6.5rem)', cell: ({ at }) => <Time at={at} ago /> },
];

/** What a repository deployed, the newest first; each with what its build printed. */
export function DeploymentPanel({ repository: { name, deployments, path } }: { readonly repository: Repository }) {
  const [id, setId] = useParam('deployment');
  return (
    <Panel flush title="Deployments">
      <DataTable
        label={`Deployments from ${name}`}
        rows={deployments}
        columns={COLUMNS}
        rowKey={(deployment) => deployment.id}
        onOpen={(deployment) => setId(deployment.id)}
        empty={
          <EmptyState icon={IconRocket} title="Nothing was deployed from it yet">
            {path === undefined
              ? 'Its next commit deploys; “Look now” need not wait for it.'
              : 'Add it as a remote of your repository, and push.'}
            {path !== undefined && (
              <pre className={classes.hint}>
                {`git remote add fob ${window.location.origin}${path}\ngit push fob main`}
              </pre>
            )}
          </EmptyState>
        }
      />
      <DeploymentDrawer name={name} id={id} onClose={() => setId('')} />
    </Panel>
  );
}

interface DeploymentDrawerProps {
  readonly name: string;
  /** Empty: none is shown. */
  readonly id: string;
  readonly onClose: () => void;
}

function DeploymentDrawer({ name, id, onClose }: DeploymentDrawerProps) {
  const query = useApi('/v1/repositories/{name}/deployments/{id}', { path: { name, id } }, { enabled: id !== '' });
  return (
    <Drawer
      opened={id !== ''}
      onClose={onClose}
      position="right"
      size="min(52rem, 100%)"
      title="Deployment"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <QueryView query={query} what="The deployment">
        {({ state, subject, author, by, commit, ref, at, durationMs, error, log }) => (
          <Stack gap="md">
            <FactGrid
              facts={[
                [
                  'Outcome',
                  <StatusBadge key="state" tone={state === 'deployed' ? 'good' : 'bad'}>
                    {state}
                  </StatusBadge>,
                ],
                ['When', <Time key="at" at={at} />],
                ['Took', formatDuration(durationMs)],
                ['From', ref.replace(/^refs\/(heads|tags)\//, '')],
                ['Commit', <Code key="commit">{shortCommit(commit)}</Code>],
                ['Author', author],
                ['By', by],
              ]}
            />
            <Text size="sm">{subject}</Text>
            {error !== undefined && (
              <Text size="sm" c="var(--fob-bad)">
                {error}
              </Text>
            )}
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
            <pre className={classes.log} role="region" aria-label="What it printed" tabIndex={0}>
              {log === '' ? 'It printed nothing.' : log}
            </pre>
            <CommandLine words={['repo', 'show', name, '--log', id]} />
          </Stack>
        )}
      </QueryView>
    </Drawer>
  );
}
