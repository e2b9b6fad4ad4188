import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconGauge } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { renew, useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CreateButton } from '../../../ui/creating.tsx';
import { type Column, DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FilterField, matches } from '../../../ui/filter-field.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { useRemoving } from '../../../ui/removing.ts';
import { Time } from '../../../ui/time.tsx';
import { useParam } from '../../../ui/use-param.ts';
import { PeoplePage } from '../people-page.tsx';
import { MEASURES, type Quota, type TeamUsage, teamTitle } from './quota.ts';
import { QuotaDialog } from './quota-dialog.tsx';
import { UseMeter } from './use-meter.tsx';
import { useQuotaUsage } from './use-quota-usage.ts';

/** What is left out first where there is less room. */
const WIDE: Readonly<Partial<Record<(typeof MEASURES)[number]['measure'], true | 'very'>>> = {
  reservedMb: true,
  codeBytes: 'very',
  gbSecondsPerMonth: 'very',
  queuedEvents: 'very',
};
const USE_COLUMNS: readonly Column<TeamUsage>[] = [
  {
    key: 'team',
    title: 'Team',
    width: 'minmax(4rem, 1.2fr)',
    cell: ({ team }) => (
      <Text span inherit fw={560}>
        {team === '-' ? 'no owner' : team}
      </Text>
    ),
    sort: ({ team }) => team,
  },
  ...MEASURES.map(
    ({ measure, title }): Column<TeamUsage> => ({
      key: measure,
      title,
      width: measure === 'functions' ? 'minmax(4.75rem, 1fr)' : 'minmax(7.5rem, 1fr)',
      wide: WIDE[measure] ?? false,
      cell: ({ uses }) => <UseMeter use={uses.find((use) => use.measure === measure)} />,
      sort: ({ uses }) => uses.find((use) => use.measure === measure)?.used ?? 0,
    }),
  ),
];

/** How much teams may use, and what they have used of it. */
export default function Quotas() {
  const quotas = useApi('/v1/quotas');
  const usage = useQuotaUsage();
  const [filter] = useParam('q');
  const [editing, setEditing] = useState<Quota | 'new'>();
  const removing = useRemoving<Quota>({
    isSame: (one, other) => one.team === other.team,
    reload: async () => (await quotas.refetch()).data?.quotas,
  });
  const creating = <CreateButton of="quota" action="policy:write" onClick={() => setEditing('new')} />;
  return (
    <PeoplePage title="Quotas" lead="How much each team may use, and what it has used of that" actions={creating}>
      <Panel flush title="Used" aside={<FilterField label="Filter teams" placeholder="Team" />}>
        <QueryView query={usage} what="What teams use" rows={6}>
          {({ teams }) => (
            <DataTable
              label="What teams use of their quotas"
              rows={teams.filter(({ team }) => matches(filter, team))}
              columns={USE_COLUMNS}
              rowKey={({ team }) => team}
              rowHeight={48}
              empty={
                <EmptyState icon={IconGauge} title="Nothing is used yet">
                  What a team’s functions use counts from the first one on.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Panel>
      <Panel flush title="Limits">
        <QueryView query={quotas} what="The quotas">
          {({ quotas: found }) => (
            <DataTable
              label="Quotas"
              orderWord="sort-limits"
              rows={found}
              columns={limitColumns(setEditing, removing.ask)}
              rowKey={({ team }) => team}
              empty={
                <EmptyState icon={IconGauge} title="No team is limited" action={creating}>
                  A quota for * holds for every team that has none of its own.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Panel>
      <CommandLine words={['quota']} />
      <QuotaDialog
        opened={editing !== undefined}
        onClose={() => setEditing(undefined)}
        {...(editing !== undefined && editing !== 'new' && { quota: editing })}
      />
      <Confirm
        opened={removing.asked !== undefined}
        onClose={removing.close}
        title={`Remove the quota of ${teamTitle(removing.asked?.team ?? '')}?`}
        verb="Remove"
        command={['quota', 'rm', removing.asked?.team ?? '']}
        onConfirm={async () => {
          await removing.remove(async ({ team }, precondition) => {
            await api.delete('/v1/quotas/{team}', { path: { team }, ...precondition });
            notifications.show({ message: `${teamTitle(team)}: the quota is removed` });
          });
          await renew('/v1/quotas', '/v1/quota-usage');
        }}
      >
        Then the quota for * holds, where there is one, and else no limit.
      </Confirm>
    </PeoplePage>
  );
}

function limitColumns(onEdit: (quota: Quota) => void, onRemove: (quota: Quota) => void): readonly Column<Quota>[] {
  return [
    {
      key: 'team',
      phone: 'first',
      title: 'For',
      width: 'minmax(5rem, 1.2fr)',
      cell: ({ team }) => teamTitle(team),
      sort: ({ team }) => team,
    },
    {
      key: 'limits',
      phone: 'rest',
      title: 'At most',
      width: 'minmax(7rem, 3fr)',
      cell: (quota) =>
        MEASURES.flatMap(({ measure, title, format }) => {
          const limit = quota[measure];
          return limit === undefined ? [] : [`${title.toLowerCase()} ${format(limit)}`];
        }).join(' · ') || 'no limit',
    },
    { key: 'warn', title: 'Warns from', width: '5.5rem', wide: true, cell: ({ warnPercent }) => `${warnPercent}%` },
    { key: 'by', title: 'Set by', width: 'minmax(5rem, 1fr)', wide: true, cell: ({ by }) => by },
    { key: 'at', title: 'When', width: '7rem', wide: true, cell: ({ updatedAt }) => <Time at={updatedAt} ago /> },
    {
      key: 'do',
      phone: 'end',
      title: '',
      width: '8.75rem',
      align: 'right',
      cell: (quota) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          <May action="policy:write" on={`quota:${quota.team}`} orAbsent>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Change the quota of ${teamTitle(quota.team)}`}
              onClick={() => onEdit(quota)}
            >
              Change
            </Button>
          </May>
          <May action="policy:write" on={`quota:${quota.team}`} orAbsent>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Remove the quota of ${teamTitle(quota.team)}`}
              onClick={() => onRemove(quota)}
            >
              Remove
            </Button>
          </May>
        </Group>
      ),
    },
  ];
}
