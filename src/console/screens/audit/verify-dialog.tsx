import { Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { formatCount } from '../../ui/format.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';

/** Has the chain of hashes computed anew, and says what came of it. */
export function VerifyDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const [expect, setExpect] = useState('');
  const noted = expect.trim();
  const verify = useChange(() => api.get('/v1/audit/verify', { query: noted === '' ? {} : { expect: noted } }));
  const result = verify.data;
  const close = () => {
    verify.reset();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Verify the chain"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate(undefined);
        }}
      >
        <Stack gap="sm">
          <Text size="sm">
            Each entry holds a hash over itself and the one before. The node computes them all anew: an entry that was
            changed or taken out breaks the chain there.
          </Text>
          <TextInput
            label="An entry that you noted earlier"
            description="Finds a trail that was written anew as a whole, too"
            placeholder="44:f5b1bd45…"
            value={expect}
            onChange={(event) => setExpect(event.currentTarget.value)}
          />
          <div role="status">
            {verify.error !== null && (
              <Text size="sm" c="var(--fob-bad)">
                {verify.error.message}
              </Text>
            )}
            {result !== undefined && (
              <Stack gap="xs">
                <StatusBadge tone={result.intact ? 'good' : 'bad'}>
                  {result.intact
                    ? `Intact: ${formatCount(result.entries)} entries`
                    : `Broken at entry ${result.broken?.sequence}`}
                </StatusBadge>
                {result.broken !== undefined && <Text size="sm">{result.broken.why}</Text>}
                {result.intact && result.head !== undefined && (
                  <Text size="sm" component="div">
                    Note the newest entry somewhere else, to compare with it later:
                    <br />
                    <Code>{`${result.head.sequence}:${result.head.hash}`}</Code>
                  </Text>
                )}
              </Stack>
            )}
          </div>
          <CommandLine words={['audit', 'verify', ...(noted === '' ? [] : ['--expect', noted])]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Close
            </Button>
            <Button type="submit" loading={verify.isPending} data-autofocus>
              Verify
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
