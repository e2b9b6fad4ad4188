import { IconKey } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { useCreating } from '../../../ui/creating.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FilterField, matches } from '../../../ui/filter-field.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { useParam } from '../../../ui/use-param.ts';
import { PeoplePage } from '../people-page.tsx';
import { TokenDialog } from './token-dialog.tsx';
import { TokenTable } from './token-table.tsx';

/** Everybody's tokens and sessions. */
export default function TokenList() {
  const tokens = useApi('/v1/tokens', { query: { all: true } });
  const [filter] = useParam('q');
  const { button, dialog } = useCreating('token', { action: 'identity:write' });
  return (
    <PeoplePage
      title="Tokens"
      lead="What programs show in place of a password, and sessions of people"
      actions={button}
    >
      <Panel
        flush
        title="Tokens and sessions"
        aside={<FilterField label="Filter tokens" placeholder="Whose, what for" />}
      >
        <QueryView query={tokens} what="The tokens" rows={6}>
          {({ tokens: found }) => (
            <TokenTable
              tokens={found.filter(({ id, user, team, label, createdBy }) =>
                matches(filter, id, user ?? '', team ?? '', label, createdBy),
              )}
              withOwner
              empty={
                <EmptyState icon={IconKey} title={filter === '' ? 'No tokens yet' : `No token fits “${filter}”`}>
                  A token lets a program do what its user or team may do, or less.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Panel>
      <CommandLine words={['token', 'list', '--all']} />
      <TokenDialog {...dialog} />
    </PeoplePage>
  );
}
