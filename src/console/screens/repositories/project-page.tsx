import { Code, Text } from '@mantine/core';
import { IconFileStack } from '@tabler/icons-react';
import { useNavigate, useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { renew, useApi } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { ThingLink } from '../../ui/thing-link.tsx';
import { Time } from '../../ui/time.tsx';
import { DriftPanel, KINDS } from './drift-panel.tsx';
import { shortCommit } from './repository.ts';

type Project = Api['GET /v1/projects/{name}']['answer'];

interface Thing {
  readonly section: string;
  readonly name: string;
  readonly made: boolean;
}

const COLUMNS: readonly Column<Thing>[] = [
  {
    key: 'name',
    title: 'Name',
    width: 'minmax(6rem, 2fr)',
    cell: ({ section, name }) => <ThingLink thing={`${KINDS[section] ?? section}:${name}`} />,
    sort: ({ section, name }) => `${section} ${name}`,
  },
  {
    key: 'kind',
    title: 'Kind',
    width: 'minmax(5rem, 1fr)',
    cell: ({ section }) => section,
    sort: ({ section }) => section,
  },
  {
    key: 'made',
    title: 'Made by it',
    width: 'minmax(6rem, 1.4fr)',
    wide: true,
    cell: ({ made }) => (made ? 'yes: goes when the file no longer has it' : 'no: was there, and was taken over'),
  },
];

/** One project: what it holds, where that comes from, and what was changed outside of its file. */
export default function ProjectPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/projects/{name}', { path: { name } });
  const [project, environment] = name.split('.');
  return (
    <Page
      title={name}
      crumbs={[{ title: 'Projects', to: '/repositories/projects' }]}
      actions={query.data && <Forget name={name} />}
    >
      <QueryView query={query} what={`The project ${name}`}>
        {(found) => (
          <>
            <Summary project={found} />
            <DriftPanel name={name} revision={found.revision} />
            <Panel flush title="Holds">
              <DataTable
                label={`What ${name} holds`}
                rows={thingsOf(found)}
                columns={COLUMNS}
                rowKey={({ section, name: thing }) => `${section} ${thing}`}
                rowHeight={36}
                maxHeight="28rem"
                empty={<EmptyState icon={IconFileStack} title="It holds nothing" />}
              />
            </Panel>
          </>
        )}
      </QueryView>
      <CommandLine words={['plan', ...(environment === undefined ? [] : ['--env', environment])]} />
      <Text size="xs" c="dimmed">
        In the folder of the project {project}.
      </Text>
    </Page>
  );
}

function Summary({ project: { appliedAt, by, origin, lock } }: { readonly project: Project }) {
  const git = origin?.git;
  return (
    <Panel
      title="Applied"
      aside={
        lock && (
          <StatusBadge tone="busy">{`${lock.by} applies it${lock.message === undefined ? '' : `: ${lock.message}`}`}</StatusBadge>
        )
      }
    >
      <FactGrid
        facts={[
          ['When', <Time key="at" at={appliedAt} ago />],
          ['By', by],
          ['Message', origin?.message],
          ['Commit', git && <Code key="commit">{shortCommit(git.commit)}</Code>],
          ['Branch', git?.branch],
          ['Tag', git?.tag],
          ['Author', git?.author],
          ['Repository', git?.repository],
          ['The folder', git && (git.clean ? 'was as committed' : 'had changes that were not committed')],
        ]}
      />
    </Panel>
  );
}

function Forget({ name }: { readonly name: string }) {
  const navigate = useNavigate();
  return (
    <ConfirmButton
      action="project:write"
      on={`project:${name}`}
      label="Forget"
      title={`Forget the project ${name}?`}
      typed={name}
      onConfirm={async () => {
        await api.delete('/v1/projects/{name}', { path: { name } });
        await navigate('/repositories/projects');
        await renew('/v1/projects');
        return `The project ${name} is forgotten`;
      }}
    >
      What it made stays, and belongs to nobody then: the next time its file is applied it takes it over, and does not
      remove it any more.
      <Text size="xs" c="dimmed" mt="sm">
        By the API: <Code>DELETE /v1/projects/{name}</Code>
      </Text>
    </ConfirmButton>
  );
}

function thingsOf({ applied = {} }: Project): Thing[] {
  return Object.entries(applied).flatMap(([section, things]) =>
    Object.entries(things).map(([name, { made }]) => ({ section, name, made })),
  );
}
