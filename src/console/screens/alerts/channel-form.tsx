import { Button, Code, Group, Modal, NativeSelect, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Asked, api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';

type Kind = 'webhook' | 'slack' | 'email' | 'function';
type Body = Exclude<Asked<'PUT', '/v1/alerts/channels/{name}'>['body'], BodyInit>;
type Least = 'info' | 'warning' | 'critical';

const TARGETS: Readonly<Record<Kind, { label: string; placeholder: string }>> = {
  webhook: { label: 'Address', placeholder: 'https://example.org/alerts' },
  slack: { label: 'Incoming webhook of Slack', placeholder: 'https://hooks.slack.com/services/…' },
  email: { label: 'To', placeholder: 'ops@example.org' },
  function: { label: 'Function', placeholder: 'alert-to-pager' },
};

/** A new channel. What is secret in it is sealed, and shown no more. */
export function ChannelForm({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('webhook');
  const [target, setTarget] = useState('');
  const [from, setFrom] = useState('');
  const [smtp, setSmtp] = useState('');
  const [least, setLeast] = useState<Least>('info');
  const change = useChange(
    () => api.put('/v1/alerts/channels/{name}', { path: { name }, body: bodyOf({ kind, target, from, smtp, least }) }),
    ['/v1/alerts/channels'],
  );
  const secret = change.data?.secret;
  if (secret !== undefined) {
    return (
      <Modal opened onClose={onClose} title={`${name} is there`} closeButtonProps={{ 'aria-label': 'Close' }}>
        <Stack gap="sm">
          <Text size="sm">
            Each message is signed with this secret. It is shown this once: keep it where the messages are checked.
          </Text>
          <Code block>{secret}</Code>
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  const command = [
    'alert',
    'channel',
    'add',
    name,
    kind,
    ...target.split(/[\s,]+/).filter(Boolean),
    ...(kind === 'email' ? ['--smtp', smtp.replace(/:[^:@/]+@/, ':…@'), '--from', from] : []),
    ...(least === 'info' ? [] : ['--least', least]),
  ];
  return (
    <Modal opened onClose={onClose} title="Add a channel" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(undefined, {
            onSuccess: (answer) => {
              if (answer.secret === undefined) onClose();
            },
          });
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <NativeSelect
            label="Kind"
            data={[
              { value: 'webhook', label: 'An address of your own' },
              { value: 'slack', label: 'Slack' },
              { value: 'email', label: 'E-mail' },
              { value: 'function', label: 'A function' },
            ]}
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as Kind)}
          />
          <TextInput
            required
            {...TARGETS[kind]}
            value={target}
            onChange={(event) => setTarget(event.currentTarget.value)}
          />
          {kind === 'email' && (
            <>
              <TextInput label="From" required value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
              <PasswordInput
                label="Mail server"
                description="smtp://user:password@host:587, or smtps:// for TLS from the start"
                required
                value={smtp}
                onChange={(event) => setSmtp(event.currentTarget.value)}
              />
            </>
          )}
          <NativeSelect
            label="Only what is at least"
            data={['info', 'warning', 'critical']}
            value={least}
            onChange={(event) => setLeast(event.currentTarget.value as Least)}
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
              Add
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface Fields {
  readonly kind: Kind;
  readonly target: string;
  readonly from: string;
  readonly smtp: string;
  readonly least: Least;
}

function bodyOf({ kind, target, from, smtp, least }: Fields): Body {
  if (kind === 'email') return { kind, to: target.split(/[\s,]+/).filter(Boolean), from, smtp, least };
  return kind === 'function' ? { kind, function: target, least } : { kind, url: target, least };
}
