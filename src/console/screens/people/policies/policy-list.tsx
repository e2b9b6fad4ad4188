import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconRulerMeasure } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { type Column, DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FilterField, matches } from '../../../ui/filter-field.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { useParam } from '../../../ui/use-param.ts';
import { PeoplePage } from '../people-page.tsx';
import { CheckPanel } from './check-panel.tsx';
import { type Policy, scopeText, sentencesOf } from './policy.ts';
import { PolicyDialog } from './policy-dialog.tsx';
import { ViolationTable } from './violation-table.tsx';

interface Row extends Policy {
  /** Functions that break it; absent: not known yet. */
  readonly broken?: number | undefined;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'name',
    title: 'Name',
    width: 'minmax(5rem, 1fr)',
    cell: ({ name }) => (
      <Text span inherit fw={560}>
        {name}
      </Text>
    ),
    sort: ({ name }) => name,
  },
  {
    key: 'mode',
    title: 'Breaking it is',
    width: 'minmax(5.5rem, 7.5rem)',
    cell: ({ mode }) => (
      <StatusBadge tone={mode === 'enforce' ? 'info' : 'notice'} plain>
        {mode === 'enforce' ? 'refused' : 'told'}
      </StatusBadge>
    ),
    sort: ({ mode }) => mode,
  },
  { key: 'scope', title: 'For', width: 'minmax(7rem, 1.6fr)', wide: true, cell: ({ scope }) => scopeText(scope) },
  {
    key: 'rules',
    title: 'Demands',
    width: 'minmax(9rem, 3fr)',
    wide: true,
    cell: ({ rules }) => sentencesOf(rules).join(', '),
  },
  {
    key: 'broken',
    title: 'Broken by',
    width: 'minmax(5.5rem, 7rem)',
    cell: ({ broken }) =>
      broken === undefined ? (
        ''
      ) : (
        <StatusBadge tone={broken === 0 ? 'good' : 'notice'} plain>
          {broken === 0 ? 'nothing' : `${broken} ${broken === 1 ? 'function' : 'functions'}`}
        </StatusBadge>
      ),
    sort: ({ broken }) => broken ?? -1,
  },
];

/** What the infrastructure team demands of functions, and which functions are not so. */
export default function PolicyList() {
  const policies = useApi('/v1/policies');
  const violations = useApi('/v1/policies/violations');
  const navigate = useNavigate();
  const [filter] = useParam('q');
  const [isMaking, dialog] = useDisclosure(false);
  const open = (name: string) => void navigate(`/people/policies/${encodeURIComponent(name)}`);
  const making = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
      New policy
    </Button>
  );
  const broken = violations.data?.violations;
  return (
    <PeoplePage title="Policies" lead="What every deployment is checked against" actions={making}>
      <QueryView query={policies} what="The policies" rows={5}>
        {({ policies: found }) =>
          found.length === 0 ? (
            <Panel>
              <EmptyState icon={IconRulerMeasure} title="There is no policy yet" action={making}>
                A policy bounds memory, time, network, runtimes and grants, or demands an owner, tags or a clean commit;
                of all functions, or of those of a team. It can only tell at first, before it refuses.
              </EmptyState>
            </Panel>
          ) : (
            <Panel
              flush
              title="Policies"
              aside={<FilterField label="Filter policies" placeholder="Name, rule, team" />}
            >
              <DataTable
                label="Policies"
                rows={found
                  .filter(({ name, description, rules, scope }) =>
                    matches(filter, name, description, scopeText(scope), ...sentencesOf(rules)),
                  )
                  .map((policy) => ({
                    ...policy,
                    broken: broken?.filter((each) => each.violations.some((one) => one.policy === policy.name)).length,
                  }))}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                onOpen={({ name }) => open(name)}
                empty={<EmptyState icon={IconRulerMeasure} title={`No policy fits “${filter}”`} />}
              />
            </Panel>
          )
        }
      </QueryView>
      {broken !== undefined && broken.length > 0 && (
        <Panel flush title="Functions that break policies as they stand">
          <ViolationTable violations={broken} />
        </Panel>
      )}
      <CheckPanel />
      <CommandLine words={['policy', 'violations']} />
      <PolicyDialog opened={isMaking} onClose={dialog.close} onDone={open} />
    </PeoplePage>
  );
}
