import { Button, Code, Group, Modal, NativeSelect, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Asked, api } from '../../api/client.ts';
import { useDraft } from '../../ui/draft.ts';
import { ifRevision } from '../../ui/form-dialog.tsx';
import { NAME } from '../../ui/name-field.tsx';
import { ThingDialog } from '../../ui/thing-dialog.tsx';

type Kind = 'webhook' | 'slack' | 'email' | 'function';
type Body = Exclude<Asked<'PUT', '/v1/alerts/channels/{name}'>['body'], BodyInit>;
type Least = 'info' | 'warning' | 'critical';

const TARGETS: Readonly<Record<Kind, { label: string; placeholder: string }>> = {
  webhook: { label: 'Address', placeholder: 'https://example.org/alerts' },
  slack: { label: 'Incoming webhook of Slack', placeholder: 'https://hooks.slack.com/services/…' },
  email: { label: 'To', placeholder: 'ops@example.org' },
  function: { label: 'Function', placeholder: 'alert-to-pager' },
};

interface Draft {
  readonly kind: Kind;
  readonly target: string;
  readonly from: string;
  readonly smtp: string;
  readonly least: Least;
}
const FRESH: Draft = { kind: 'webhook', target: '', from: '', smtp: '', least: 'info' };

/** A new channel. What is secret in it is sealed, and shown no more. */
export function ChannelForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [draft, set] = useDraft(opened, () => FRESH);
  const { kind, target, from, smtp, least } = draft;
  const [made, setMade] = useState<{ readonly name: string; readonly secret: string }>();
  return (
    <>
      <ThingDialog
        opened={opened}
        onClose={onClose}
        of="channel"
        rule={NAME.dotted}
        isReady={target !== '' && (kind !== 'email' || (from !== '' && smtp !== ''))}
        command={(name) => [
          ...['alert', 'channel', 'add', name, kind, ...target.split(/[\s,]+/).filter(Boolean)],
          ...(kind === 'email' ? ['--smtp', smtp.replace(/:[^:@/]+@/, ':…@'), '--from', from] : []),
          ...(least === 'info' ? [] : ['--least', least]),
        ]}
        save={async (name, revision) => {
          const body = bodyOf(draft);
          const { secret } = await api.put('/v1/alerts/channels/{name}', {
            path: { name },
            body,
            ...ifRevision(revision),
          });
          if (secret !== undefined) setMade({ name, secret });
          return undefined;
        }}
        touches={['/v1/alerts']}
      >
        <NativeSelect
          label="Kind"
          data={[
            { value: 'webhook', label: 'An address of your own' },
            { value: 'slack', label: 'Slack' },
            { value: 'email', label: 'E-mail' },
            { value: 'function', label: 'A function' },
          ]}
          value={kind}
          onChange={(event) => set({ kind: event.currentTarget.value as Kind })}
        />
        <TextInput
          required
          {...TARGETS[kind]}
          value={target}
          onChange={(event) => set({ target: event.currentTarget.value })}
        />
        {kind === 'email' && (
          <>
            <TextInput
              label="From"
              required
              value={from}
              onChange={(event) => set({ from: event.currentTarget.value })}
            />
            <PasswordInput
              label="Mail server"
              description="smtp://user:password@host:587, or smtps:// for TLS from the start"
              required
              value={smtp}
              onChange={(event) => set({ smtp: event.currentTarget.value })}
            />
          </>
        )}
        <NativeSelect
          label="Lowest severity"
          data={['info', 'warning', 'critical']}
          value={least}
          onChange={(event) => set({ least: event.currentTarget.value as Least })}
        />
      </ThingDialog>
      <Modal
        opened={made !== undefined}
        onClose={() => setMade(undefined)}
        title={`${made?.name ?? 'It'} is there`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="sm">
          <Text size="sm">
            Each message is signed with this secret. It is shown this once: keep it where the messages are checked.
          </Text>
          <Code block>{made?.secret}</Code>
          <Group justify="flex-end">
            <Button onClick={() => setMade(undefined)}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function bodyOf({ kind, target, from, smtp, least }: Draft): Body {
  if (kind === 'email') return { kind, to: target.split(/[\s,]+/).filter(Boolean), from, smtp, least };
  return kind === 'function' ? { kind, function: target, least } : { kind, url: target, least };
}
