import { Button, Code, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { api } from '../../api/client.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { Panel } from '../../ui/panel.tsx';

/** The key that seals; left out for those who may not know of it. */
export function VaultPanel() {
  const vault = useApi('/v1/vault');
  const [isAsking, dialog] = useDisclosure(false);
  const rotate = useChange(() => api.post('/v1/vault/rotate'), ['/v1/vault', '/v1/secrets']);
  if (vault.data === undefined) return null;
  const { key, oldKeys } = vault.data;
  return (
    <Panel
      title="The vault’s key"
      aside={
        <Button size="xs" variant="default" onClick={dialog.open}>
          Change the key
        </Button>
      }
    >
      <FactGrid
        facts={[
          ['Sealed with', <Code key="key">{key}</Code>],
          ['Older keys that still open', oldKeys.length === 0 ? 'none' : oldKeys.join(', ')],
        ]}
      />
      <Confirm
        opened={isAsking}
        onClose={dialog.close}
        title="Change the vault’s key?"
        verb="Change the key"
        harmless
        onConfirm={async () => {
          const { resealed } = await rotate.mutateAsync(undefined);
          notifications.show({ message: `The vault has a new key; ${resealed} things were sealed again` });
        }}
      >
        Everything that is sealed is sealed again with a new key, while the node works. Functions notice nothing. A
        backup from before needs the key from before.
        <Text component="div" mt="sm">
          <CommandLine words={['secret', 'rotate-key']} />
        </Text>
      </Confirm>
    </Panel>
  );
}
