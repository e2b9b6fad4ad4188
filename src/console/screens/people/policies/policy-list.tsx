import { IconRulerMeasure } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { nameColumn } from '../../../ui/columns.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { useCreating } from '../../../ui/creating.tsx';
import type { Column } from '../../../ui/data-table.tsx';
import { countText } from '../../../ui/format.ts';
import { NamedList } from '../../../ui/named-list.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
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
  nameColumn('/people/policies', { width: 'minmax(5rem, 1fr)' }),
  {
    key: 'mode',
    title: 'What breaks it is',
    width: 'minmax(5.5rem, 7.5rem)',
    cell: ({ mode }) => (
      <StatusBadge tone={mode === 'enforce' ? 'info' : 'notice'} plain>
        {mode === 'enforce' ? 'refused' : 'warned about'}
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
          {broken === 0 ? 'nothing' : countText(broken, 'function')}
        </StatusBadge>
      ),
    sort: ({ broken }) => broken ?? -1,
  },
];

/** What the infrastructure team demands of functions, and which functions are not so. */
export default function PolicyList() {
  const policies = useApi('/v1/policies');
  const violations = useApi('/v1/policies/violations');
  const { button, dialog } = useCreating('policy', { action: 'policy:write' });
  const broken = violations.data?.violations;
  const breaking = (name: string) =>
    broken?.filter((each) => each.violations.some(({ policy }) => policy === name)).length;
  return (
    <PeoplePage title="Policies" lead="What every deployment is checked against" actions={button}>
      <NamedList
        query={policies}
        rows={(answer) => answer.policies.map((policy) => ({ ...policy, broken: breaking(policy.name) }))}
        of="policy"
        many="policies"
        to="/people/policies"
        icon={IconRulerMeasure}
        columns={COLUMNS}
        texts={({ name, description, rules, scope }) => [name, description, scopeText(scope), ...sentencesOf(rules)]}
        hint="Name, rule, team"
        isOrdered
        action={button}
      >
        A policy bounds memory, time, network, runtimes and grants, or demands an owner, tags or a clean commit; of all
        functions, or of those of a team. It can warn at first, and refuse later.
      </NamedList>
      {broken !== undefined && broken.length > 0 && (
        <Panel flush title="Functions that break policies now">
          <ViolationTable violations={broken} />
        </Panel>
      )}
      <CheckPanel />
      <CommandLine words={['policy', 'violations']} />
      <PolicyDialog {...dialog} />
    </PeoplePage>
  );
}
