import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp } from '@tabler/icons-react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import type { Api } from '../../../api/types.gen.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import { Time } from '../../../ui/time.tsx';

interface ServedBeforeProps {
  readonly view: FunctionView;
  readonly moves: Api['GET /v1/functions/{name}/versions']['answer']['moves'];
}

const HOW = { deploy: 'deployed', rollback: 'gone back to' };
const SHOWN = 8;

/** What served when where no alias is named, and the way back. */
export function ServedBefore({ view: { name, version, revision }, moves }: ServedBeforeProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const goBack = useChange(
    () =>
      api.post('/v1/functions/{name}/rollback', { path: { name }, body: {}, headers: { 'If-Match': `"${revision}"` } }),
    ['/v1/functions'],
  );
  const newestFirst = [...moves].sort((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <Panel
      title="What served when, without an alias"
      flush
      aside={
        <Button
          size="xs"
          variant="default"
          onClick={open}
          disabled={moves.length < 2}
          leftSection={<IconArrowBackUp size={14} aria-hidden />}
        >
          Roll back
        </Button>
      }
    >
      <SimpleTable label="What served when" head={['Since', 'Version', 'How', 'By']}>
        {newestFirst.slice(0, SHOWN).map((move, at) => (
          <tr key={move.at + move.version}>
            <td>
              <Time at={move.at} />
            </td>
            <td>
              {move.version}
              {at === 0 && move.version === version && (
                <Text span size="xs" c="dimmed">
                  {' '}
                  serves
                </Text>
              )}
            </td>
            <td>{HOW[move.how]}</td>
            <td>{move.by}</td>
          </tr>
        ))}
      </SimpleTable>
      <Confirm
        opened={isOpen}
        onClose={close}
        title={`Roll ${name} back?`}
        verb="Roll back"
        onConfirm={async () => {
          const made = await goBack.mutateAsync(undefined);
          notifications.show({ message: `Version ${made.version} of ${name} serves`, color: 'lagoon' });
        }}
      >
        Calls without an alias go to the version that served before version {version}, at once. Nothing is removed.
        <CommandLine words={['rollback', name]} />
      </Confirm>
    </Panel>
  );
}
