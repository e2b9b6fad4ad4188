import { ActionIcon, Anchor, Code, Group } from '@mantine/core';
import { IconListCheck, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client.ts';
import { renew, useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { CreateButton } from '../../ui/creating.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { useRemoving } from '../../ui/removing.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { resourceOf } from './alert-scope.ts';
import { Defaults } from './defaults.tsx';
import type { Rule } from './rule.ts';
import { RuleForm } from './rule-form.tsx';

/** What is watched: rules of one's own, and what every function is watched for. */
export function Rules() {
  const query = useApi('/v1/alerts/rules');
  const [editing, setEditing] = useState<Rule | 'new'>();
  const removing = useRemoving<Rule>({
    isSame: (one, other) => one.name === other.name,
    reload: async () => (await query.refetch()).data?.rules,
  });
  const columns: Column<Rule>[] = [
    {
      key: 'name',
      phone: 'first',
      title: 'Rule',
      width: 'minmax(7rem, 1fr)',
      sort: ({ name }) => name,
      cell: ({ name }) => name,
    },
    {
      key: 'when',
      wraps: true,
      phone: 'rest',
      title: 'Fires when',
      width: 'minmax(9rem, 2.4fr)',
      cell: ({ when }) => <Code>{when}</Code>,
    },
    { key: 'of', title: 'Of', width: 'minmax(6rem, 1fr)', wide: true, cell: (rule) => scopeWords(rule) },
    {
      key: 'state',
      title: 'Now',
      width: '7.5rem',
      wide: true,
      sort: ({ firing }) => firing.length,
      cell: ({ firing, enabled }) =>
        enabled === false ? (
          <StatusBadge tone="quiet" plain>
            off
          </StatusBadge>
        ) : firing.length === 0 ? (
          <StatusBadge tone="good" plain>
            well
          </StatusBadge>
        ) : (
          <Anchor component={Link} to={`/alerts?alert=${encodeURIComponent(firing[0]!)}`} inherit>
            {firing.length} firing
          </Anchor>
        ),
    },
    {
      key: 'notify',
      title: 'Tells',
      width: '8rem',
      wide: 'very',
      cell: ({ notify }) => notify?.join(', ') || 'as routed',
    },
    {
      key: 'do',
      phone: 'end',
      title: '',
      width: '4.5rem',
      align: 'right',
      cell: (rule) => (
        <Group gap={2} justify="flex-end" wrap="nowrap">
          <May action="alert:write" on={resourceOf(rule)} orAbsent>
            <ActionIcon size="sm" aria-label={`Change ${rule.name}`} onClick={() => setEditing(rule)}>
              <IconPencil size={15} aria-hidden />
            </ActionIcon>
          </May>
          <May action="alert:write" on={resourceOf(rule)} orAbsent>
            <ActionIcon size="sm" aria-label={`Remove ${rule.name}`} onClick={() => removing.ask(rule)}>
              <IconTrash size={15} aria-hidden />
            </ActionIcon>
          </May>
        </Group>
      ),
    },
  ];
  const add = <CreateButton of="rule" variant="default" action="alert:write" onClick={() => setEditing('new')} />;
  return (
    <div style={{ display: 'grid', gap: '1rem' }}>
      <Panel title="Rules of your own" aside={add} flush>
        <QueryView query={query} what="The rules">
          {({ rules }) =>
            rules.length === 0 ? (
              <EmptyState icon={IconListCheck} title="No rules of your own yet" action={add}>
                Every function is watched by the rules below. Create one for what they do not know, such as how fast a
                function has to be.
              </EmptyState>
            ) : (
              <DataTable
                orderWord="sort-rules"
                label="Rules"
                rows={rules}
                columns={columns}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
              />
            )
          }
        </QueryView>
      </Panel>
      <Defaults />
      <CommandLine words={['alert', 'rules']} />
      <RuleForm
        opened={editing !== undefined}
        rule={editing === 'new' ? undefined : editing}
        onClose={() => setEditing(undefined)}
      />
      <Confirm
        opened={removing.asked !== undefined}
        onClose={removing.close}
        title={`Remove the rule ${removing.asked?.name ?? ''}?`}
        verb="Remove"
        command={['alert', 'rm', removing.asked?.name ?? '']}
        onConfirm={async () => {
          await removing.remove(({ name }, precondition) =>
            api.delete('/v1/alerts/rules/{name}', { path: { name }, ...precondition }),
          );
          await renew('/v1/alerts');
        }}
      >
        What it watched is not watched by it any more.
      </Confirm>
    </div>
  );
}

/** Which functions a rule is about. */
function scopeWords({ function: name, owner, tag }: Rule): string {
  const words = [name, owner && `owner ${owner}`, tag && `tag ${tag}`].filter(Boolean).join(', ');
  return words === '' ? 'the node' : words;
}
