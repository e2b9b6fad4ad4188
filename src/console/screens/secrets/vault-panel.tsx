import { Code } from '@mantine/core';
import { api } from '../../api/client.ts';
import { renew, useApi } from '../../api/hooks.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { countText } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';

/** The key that seals; left out for those who may not know of it. */
export function VaultPanel() {
  const vault = useApi('/v1/vault');
  if (vault.data === undefined) return null;
  const { key, oldKeys } = vault.data;
  return (
    <Panel
      title="The vault’s key"
      aside={
        <ConfirmButton
          action="secret:write"
          label="Change the key"
          button={{ size: 'xs' }}
          title="Change the vault’s key?"
          harmless
          command={['secret', 'rotate-key']}
          onConfirm={async () => {
            const { resealed } = await api.post('/v1/vault/rotate');
            await renew('/v1/vault', '/v1/secrets');
            return `The vault has a new key; ${countText(resealed, 'thing was', 'things were')} sealed again`;
          }}
        >
          Everything that is sealed is sealed again with a new key, while the node works. Functions notice nothing. A
          backup from before needs the key from before.
        </ConfirmButton>
      }
    >
      <FactGrid
        facts={[
          ['Sealed with', <Code key="key">{key}</Code>],
          ['Older keys that still open', oldKeys.length === 0 ? 'none' : oldKeys.join(', ')],
        ]}
      />
    </Panel>
  );
}
