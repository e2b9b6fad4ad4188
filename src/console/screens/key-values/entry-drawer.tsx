import { Button, Drawer, Group, Stack } from '@mantine/core';
import { IconBraces, IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ContentView } from '../../ui/content-view.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { formatBytes } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { useSeenRevision } from '../../ui/seen-revision.ts';
import { operands } from '../../ui/shell-words.ts';
import { Time } from '../../ui/time.tsx';
import { ValueForm } from './value-form.tsx';
import { type Entry, entryIn, useEntry } from './values.ts';

interface EntryDrawerProps {
  readonly space: string;
  /** Empty: none is shown. */
  readonly entryKey: string;
  readonly onClose: () => void;
}

/** One key: its value, which can be changed and removed. */
export function EntryDrawer({ space, entryKey: key, onClose }: EntryDrawerProps) {
  const query = useEntry(space, key);
  return (
    <Drawer
      opened={key !== ''}
      onClose={onClose}
      position="right"
      size="min(40rem, 100%)"
      title={key}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <QueryView query={query} what="The value">
        {(answer) => {
          const entry = entryIn(answer, key);
          return entry === undefined ? (
            <EmptyState icon={IconBraces} title="It is not there any more">
              Somebody removed it, or its time was over.
            </EmptyState>
          ) : (
            <One key={key} space={space} entry={entry} onClose={onClose} />
          );
        }}
      </QueryView>
    </Drawer>
  );
}

function One({ space, entry, onClose }: { space: string; entry: Entry; onClose: () => void }) {
  const { key, bytes, revision, expiresAtMs, value, valueBase64 } = entry;
  const [isChanging, setChanging] = useState(false);
  const seen = useSeenRevision(revision);
  return (
    <Stack gap="md">
      <FactGrid
        facts={[
          ['Size', formatBytes(bytes)],
          ['Revision', String(revision)],
          ['Goes', expiresAtMs === undefined ? 'never' : <Time key="at" at={expiresAtMs} ago />],
        ]}
      />
      <ContentView
        label={`The value of ${key}`}
        content={value ?? `bytes that are no text, in Base64: ${valueBase64 ?? ''}`}
      />
      <Group gap="xs">
        {value !== undefined && (
          <May action="kv:write" on={`kv:${space}`}>
            <Button
              variant="default"
              leftSection={<IconPencil size={15} aria-hidden />}
              onClick={() => setChanging(true)}
            >
              Change
            </Button>
          </May>
        )}
        <ConfirmButton
          label="Remove"
          action="kv:write"
          on={`kv:${space}`}
          onAsk={seen.ask}
          title={`Remove the key ${key}?`}
          command={['kv', 'rm', ...operands(space, key)]}
          onConfirm={async () => {
            try {
              await seen.act((precondition) =>
                api.delete('/v1/kv/{space}/{*}', { path: { space, '*': key }, ...precondition }),
              );
            } finally {
              await renew('/v1/kv');
            }
            onClose();
            return `${key} is removed`;
          }}
        >
          Its value is gone for good.
        </ConfirmButton>
      </Group>
      <CommandLine words={['kv', 'get', ...operands(space, key)]} />
      <ValueForm opened={isChanging} onClose={() => setChanging(false)} space={space} entry={entry} />
    </Stack>
  );
}
