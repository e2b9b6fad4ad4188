import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { TokenDialog, type TokenOwner } from './token-dialog.tsx';
import { TokenTable } from './token-table.tsx';

/** The tokens of one user or team. */
export function TokenPanel({ owner }: { readonly owner: TokenOwner }) {
  const tokens = useApi('/v1/tokens', { query: owner });
  const [isCreating, dialog] = useDisclosure(false);
  return (
    <Panel
      flush
      title="Tokens and sessions"
      aside={
        <May action="identity:write">
          <Button size="xs" variant="default" onClick={dialog.open}>
            Create a token
          </Button>
        </May>
      }
    >
      <QueryView query={tokens} what="The tokens">
        {({ tokens: found }) => (
          <TokenTable
            tokens={found}
            empty={
              <EmptyState icon={IconKey} title="No tokens yet">
                A token lets a program do what {owner.user ?? `the team ${owner.team}`} may do, or less.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      <TokenDialog opened={isCreating} onClose={dialog.close} owner={owner} />
    </Panel>
  );
}
