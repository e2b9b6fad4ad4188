import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
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
  const [isMaking, dialog] = useDisclosure(false);
  return (
    <PeoplePage
      title="Tokens"
      lead="What programs show in place of a password, and sessions of people"
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
          New token
        </Button>
      }
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
                <EmptyState
                  icon={IconKey}
                  title={filter === '' ? 'There is no token yet' : `No token fits “${filter}”`}
                >
                  A token lets a program do what its user or team may do, or less.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Panel>
      <CommandLine words={['token', 'list', '--all']} />
      <TokenDialog opened={isMaking} onClose={dialog.close} />
    </PeoplePage>
  );
}
