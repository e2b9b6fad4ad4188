import { Button, Group, Text } from '@mantine/core';
import { IconGitMerge } from '@tabler/icons-react';
import type { FunctionView } from '../../../api/things.ts';
import { Panel } from '../../../ui/panel.tsx';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import { Time } from '../../../ui/time.tsx';
import { type Config, shownValue, titleOf } from './settings.ts';

interface ConflictsProps {
  readonly view: FunctionView;
  readonly changes: Partial<Config>;
  /** Settings that both changed. */
  readonly keys: readonly (keyof Config)[];
  readonly onTheirs: () => void;
  readonly onMine: () => void;
}

/** Somebody else changed the same settings meanwhile: both states beside each other. */
export function Conflicts({ view, changes, keys, onTheirs, onMine }: ConflictsProps) {
  return (
    <Panel
      flush
      title={
        <Group gap={8} component="span">
          <IconGitMerge size={18} aria-hidden />
          {view.origin?.by ?? 'Somebody'} changed the same while you were writing
        </Group>
      }
    >
      <div role="alert">
        <SimpleTable label="Both states" head={['Setting', `Theirs, version ${view.version}`, 'Yours']}>
          {keys.map((key) => (
            <tr key={key}>
              <th scope="row">{titleOf(key)}</th>
              <td>{shownValue(view.config[key], key)}</td>
              <td>{shownValue(changes[key], key)}</td>
            </tr>
          ))}
        </SimpleTable>
      </div>
      <Group gap="xs" p="sm" justify="space-between">
        <Text size="xs" c="dimmed">
          Version {view.version} is from <Time at={view.updatedAt} ago />. Nothing of yours is saved yet.
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={onTheirs}>
            Take theirs
          </Button>
          <Button onClick={onMine}>Keep mine</Button>
        </Group>
      </Group>
    </Panel>
  );
}
