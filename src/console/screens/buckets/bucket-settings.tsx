import { ActionIcon, Button, Group, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { type Answer, type Asked, api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Failure } from '../../ui/failure.tsx';
import { ifRevision } from '../../ui/form-dialog.tsx';
import { May } from '../../ui/may.tsx';
import { MaySet } from '../../ui/may-set.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ruleWords } from './bucket-list.tsx';
import classes from './buckets.module.css';

type Bucket = Answer<'GET', '/v1/buckets/{bucket}'>;
type Change = Asked<'PATCH', '/v1/buckets/{bucket}'>['body'];

/** Versions, and what is removed by its age. */
export function BucketSettings({ bucket: { name, revision, settings } }: { bucket: Bucket }) {
  const [prefix, setPrefix] = useState('');
  const [days, setDays] = useState<number | string>(30);
  const change = useChange(
    (body: Change) => api.patch('/v1/buckets/{bucket}', { path: { bucket: name }, body, ...ifRevision(revision) }),
    ['/v1/buckets'],
  );
  const save = (body: Change) =>
    change.mutate(body, { onSuccess: () => notifications.show({ message: `The settings of ${name} are saved` }) });
  return (
    <div className={classes.stack} data-loading={change.isPending || undefined}>
      <MaySet action="bucket:manage" on={`bucket:${name}`}>
        <Panel title="Versions">
          <div className={classes.stack}>
            <Select
              label="Keeps what is replaced or removed"
              maw="22rem"
              allowDeselect={false}
              disabled={change.isPending}
              value={settings.versioning}
              data={[
                ...(settings.versioning === 'off' ? [{ value: 'off', label: 'No' }] : []),
                { value: 'enabled', label: 'Yes, every version' },
                ...(settings.versioning === 'off' ? [] : [{ value: 'suspended', label: 'Not any more' }]),
              ]}
              onChange={(value) => value !== null && save({ versioning: value as 'enabled' })}
            />
            <CommandLine
              words={[
                'bucket',
                'set',
                name,
                '--versioning',
                settings.versioning === 'enabled' ? 'suspended' : 'enabled',
              ]}
            />
          </div>
        </Panel>
        <Panel title="Removed by age">
          <div className={classes.stack}>
            {settings.lifecycle.length === 0 && (
              <Text size="sm" c="dimmed">
                Nothing is removed by itself.
              </Text>
            )}
            {settings.lifecycle.map((rule) => (
              <Group key={rule.id} gap="xs">
                <Text size="sm">{ruleWords(rule)}</Text>
                <May action="bucket:manage" on={`bucket:${name}`} orAbsent>
                  <ActionIcon
                    size="sm"
                    disabled={change.isPending}
                    aria-label={`Remove the rule for ${ruleWords(rule)}`}
                    onClick={() => save({ lifecycle: settings.lifecycle.filter(({ id }) => id !== rule.id) })}
                  >
                    <IconTrash size={15} aria-hidden />
                  </ActionIcon>
                </May>
              </Group>
            ))}
            <form
              onSubmit={(event) => {
                event.preventDefault();
                const rule = {
                  id: `expire-${Date.now().toString(36)}`,
                  enabled: true,
                  prefix,
                  expireDays: Number(days),
                };
                save({ lifecycle: [...settings.lifecycle, rule] });
              }}
            >
              <Group gap="sm" align="flex-end">
                <TextInput
                  label="Objects whose key begins with"
                  placeholder="all"
                  value={prefix}
                  onChange={(event) => setPrefix(event.currentTarget.value)}
                />
                <NumberInput
                  label="After days"
                  min={1}
                  max={36_500}
                  required
                  value={days}
                  onChange={setDays}
                  maw="8rem"
                />
                <Button type="submit" variant="default" loading={change.isPending}>
                  Add
                </Button>
              </Group>
            </form>
            <CommandLine words={['bucket', 'set', name, '--expire', `${prefix}=${days}`]} />
          </div>
        </Panel>
      </MaySet>
      <Failure error={change.error} />
    </div>
  );
}
