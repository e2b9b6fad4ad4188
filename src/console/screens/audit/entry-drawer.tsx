import { Code, Drawer, Stack, Text, Title } from '@mantine/core';
import { IconSearchOff } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import type { AuditEntry } from '../../api/things.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { DifferenceTable } from '../../ui/difference-table.tsx';
import { differencesOf } from '../../ui/differences.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { ThingLink } from '../../ui/thing-link.tsx';
import { Time } from '../../ui/time.tsx';
import { OUTCOMES } from './filters.ts';

interface EntryDrawerProps {
  /** Its number, as the URL has it; empty: none is shown. */
  readonly number: string;
  readonly onClose: () => void;
}

/** One entry wholly, beside the list. */
export function EntryDrawer({ number, onClose }: EntryDrawerProps) {
  const isNumber = /^\d{1,15}$/.test(number);
  const query = useApi(
    '/v1/audit',
    { query: { cursor: String(Number(number) + 1), limit: 1 } },
    { enabled: isNumber, staleTime: Number.POSITIVE_INFINITY },
  );
  return (
    <Drawer
      opened={isNumber}
      onClose={onClose}
      position="right"
      size="min(44rem, 100%)"
      title={`Entry ${number}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <QueryView query={query} what="The entry">
        {({ entries: [entry] }) =>
          entry === undefined || String(entry.sequence) !== number ? (
            <EmptyState icon={IconSearchOff} title={`There is no entry ${number}`}>
              It may be older than what is kept.
            </EmptyState>
          ) : (
            <Entry entry={entry} />
          )
        }
      </QueryView>
    </Drawer>
  );
}

function Entry({ entry }: { readonly entry: AuditEntry }) {
  const { before, after, ...details } = entry.details;
  const differences = before === undefined && after === undefined ? [] : differencesOf(before, after);
  const whole = before === undefined ? 'What was made' : after === undefined ? 'What was removed' : 'What changed';
  const { address, userAgent, token, ...from } = entry.from ?? {};
  return (
    <Stack gap="md">
      <FactGrid
        facts={[
          ['Who', entry.actor],
          ['Did', entry.action],
          ['To what', <ThingLink key="thing" thing={entry.subject} />],
          [
            'Outcome',
            <StatusBadge key="outcome" tone={OUTCOMES[entry.outcome]}>
              {entry.outcome}
            </StatusBadge>,
          ],
          ['When', <Time key="time" at={entry.time} />],
          ['Address', textOf(address)],
          ['Token', textOf(token)],
          ...Object.entries(from).map(([name, value]) => [name, textOf(value)] as const),
          ...Object.entries(details).map(([name, value]) => [name, textOf(value)] as const),
        ]}
      />
      {userAgent !== undefined && (
        <Text size="xs" c="dimmed">
          {textOf(userAgent)}
        </Text>
      )}
      {differences.length > 0 ? (
        <div>
          <Title order={3} mb="xs">
            {whole}
          </Title>
          <DifferenceTable label={whole} differences={differences} />
        </div>
      ) : (
        (before !== undefined || after !== undefined) && (
          <Text size="sm">Nothing differs between before and after.</Text>
        )
      )}
      <div>
        <Text size="xs" c="dimmed">
          Hash over this entry and the hash before it
        </Text>
        <Code>{entry.hash}</Code>
      </div>
      <CommandLine words={['audit', 'show', String(entry.sequence)]} />
    </Stack>
  );
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
