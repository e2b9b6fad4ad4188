import { Text } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterField, matches } from '../../ui/filter-field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { useParam } from '../../ui/use-param.ts';

type Setting = Api['GET /v1/settings']['answer']['settings'][number];

const COLUMNS: readonly Column<Setting>[] = [
  {
    key: 'name',
    title: 'Setting',
    width: 'minmax(7rem, 1fr)',
    cell: ({ name }) => <code>{name}</code>,
    sort: ({ name }) => name,
  },
  { key: 'value', title: 'Value', width: 'minmax(6rem, 1fr)', cell: (setting) => <Value setting={setting} /> },
  {
    key: 'description',
    title: 'What it is',
    width: 'minmax(10rem, 3fr)',
    wide: true,
    cell: ({ description }) => description,
  },
  {
    key: 'default',
    title: 'Chosen by',
    width: '7rem',
    wide: true,
    cell: ({ isDefault }) => (isDefault ? 'default' : 'this node'),
    sort: ({ isDefault }) => Number(isDefault),
  },
];

/** How the node is set: all settings, what they are, and which of them are not as they are by themselves. */
export default function SettingsView() {
  const query = useApi('/v1/settings');
  const [filter] = useParam('q');
  return (
    <>
      <Panel flush title="Settings" aside={<FilterField label="Filter settings" placeholder="Name or what it is" />}>
        <QueryView query={query} what="The settings">
          {({ settings }) => (
            <DataTable
              label="Settings of the node"
              rows={settings.filter(({ name, description }) => matches(filter, name, description))}
              columns={COLUMNS}
              rowKey={({ name }) => name}
              rowHeight={36}
              empty={<EmptyState icon={IconSettings} title={`No setting fits “${filter}”`} />}
            />
          )}
        </QueryView>
      </Panel>
      <Text size="sm" c="dimmed">
        They are read when the node starts: from <code>fob.config.yaml</code> in its data folder, from the environment,
        and from the flags of <code>fob up</code>.
      </Text>
      <CommandLine words={['up', '--help']} />
    </>
  );
}

function Value({ setting: { value, isSecret } }: { readonly setting: Setting }) {
  if (isSecret) {
    return (
      <Text span inherit c="dimmed">
        not shown
      </Text>
    );
  }
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
    return (
      <Text span inherit c="dimmed">
        none
      </Text>
    );
  }
  return <code>{Array.isArray(value) ? value.join(', ') : String(value)}</code>;
}
