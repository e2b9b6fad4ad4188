import {
  Button,
  Group,
  Modal,
  MultiSelect,
  NativeSelect,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import type { Rule } from './rules.tsx';

type Of = 'function' | 'owner' | 'tag' | 'node';
const EXAMPLES = [
  'p99(duration) > 2s over 10m for 2m',
  'errors / invocations > 1% over 5m',
  'invocations > 3x before over 10m',
  'no invocations for 1h',
];

/** A new rule, or another condition, scope or channel for one that there is. */
export function RuleForm({ rule, onClose }: { rule: Rule | undefined; onClose: () => void }) {
  const channels = useApi('/v1/alerts/channels').data?.channels ?? [];
  const [name, setName] = useState(rule?.name ?? '');
  const [when, setWhen] = useState(rule?.when ?? EXAMPLES[0]!);
  const [criticalWhen, setCriticalWhen] = useState(rule?.criticalWhen ?? '');
  const [severity, setSeverity] = useState<NonNullable<Rule['severity']>>(rule?.severity ?? 'warning');
  const [of, setOf] = useState<Of>(
    rule === undefined || rule.function !== undefined ? 'function' : rule.owner ? 'owner' : rule.tag ? 'tag' : 'node',
  );
  const [whose, setWhose] = useState(rule?.function ?? rule?.owner ?? rule?.tag ?? '*');
  const [notify, setNotify] = useState<string[]>(rule?.notify ?? []);
  const [description, setDescription] = useState(rule?.description ?? '');
  const scope = of === 'node' ? {} : { [of]: whose };
  const change = useChange(() => {
    const {
      createdAtMs: _made,
      by: _by,
      firing: _firing,
      name: _name,
      function: _f,
      owner: _o,
      tag: _t,
      ...kept
    } = rule ?? ({} as Partial<Rule>);
    const { criticalWhen: _c, notify: _n, description: _d, ...others } = kept;
    return api.put('/v1/alerts/rules/{name}', {
      path: { name },
      body: {
        ...others,
        when,
        severity,
        ...scope,
        ...(criticalWhen !== '' && { criticalWhen }),
        ...(notify.length > 0 && { notify }),
        ...(description !== '' && { description }),
      },
    });
  }, ['/v1/alerts']);
  const command = [
    'alert',
    rule === undefined ? 'add' : 'set',
    name,
    ...(of === 'node' ? [] : [`--${of}`, whose]),
    '--when',
    when,
    ...(severity === 'warning' ? [] : ['--severity', severity]),
    ...(criticalWhen === '' ? [] : ['--critical-when', criticalWhen]),
    ...notify.flatMap((each) => ['--notify', each]),
    ...(description === '' ? [] : ['--description', description]),
  ];
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={rule === undefined ? 'Add a rule' : `Change ${rule.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(undefined, { onSuccess: onClose });
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            disabled={rule !== undefined}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <div>
            <SegmentedControl
              size="xs"
              aria-label="What it is about"
              value={of}
              onChange={(value) => setOf(value as Of)}
              data={[
                { value: 'function', label: 'Functions' },
                { value: 'owner', label: 'An owner' },
                { value: 'tag', label: 'A tag' },
                { value: 'node', label: 'The node' },
              ]}
            />
            {of !== 'node' && (
              <TextInput
                mt={6}
                aria-label={of === 'function' ? 'Functions' : of === 'owner' ? 'Owner' : 'Tag'}
                description={
                  of === 'function'
                    ? 'A name; * stands for any part'
                    : of === 'tag'
                      ? 'Such as kind=batch'
                      : 'Such as team-a'
                }
                required
                value={whose}
                onChange={(event) => setWhose(event.currentTarget.value)}
              />
            )}
          </div>
          <TextInput
            label="Fires when"
            required
            value={when}
            onChange={(event) => setWhen(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--fob-mono)' } }}
          />
          <Group gap={6}>
            {EXAMPLES.map((example) => (
              <Button key={example} size="compact-xs" variant="default" onClick={() => setWhen(example)}>
                {example}
              </Button>
            ))}
          </Group>
          <Group grow align="flex-start">
            <NativeSelect
              label="Severity"
              data={['info', 'warning', 'critical']}
              value={severity}
              onChange={(event) => setSeverity(event.currentTarget.value as typeof severity)}
            />
            <TextInput
              label="Is critical when"
              placeholder="never by itself"
              value={criticalWhen}
              onChange={(event) => setCriticalWhen(event.currentTarget.value)}
            />
          </Group>
          <MultiSelect
            label="Tells"
            placeholder={notify.length === 0 ? 'as routed' : ''}
            data={channels.map((channel) => channel.name)}
            value={notify}
            onChange={setNotify}
          />
          <Textarea
            label="What to know and do"
            description="Told with the alert"
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          {change.error && (
            <Text size="sm" c="var(--fob-bad)" role="alert">
              {change.error.message}
            </Text>
          )}
          <CommandLine words={command} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              {rule === undefined ? 'Add' : 'Change'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
