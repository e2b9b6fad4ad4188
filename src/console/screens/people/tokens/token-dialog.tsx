import { Button, CopyButton, Group, Modal, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import { useDraft } from '../../../ui/draft.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import classes from '../people.module.css';
import { RoleSelect } from '../role-select.tsx';

const DAY_MS = 86_400_000;
const LIVES = [
  { value: '1', label: 'A day' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'Until it is revoked' },
];

export interface TokenOwner {
  readonly user?: string;
  readonly team?: string;
}

interface TokenDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Whose it is to be; absent: one chooses. */
  readonly owner?: TokenOwner;
}

interface Draft {
  /** `user:ada` or `team:shop`, where one chooses. */
  readonly chosen: string | null;
  readonly label: string;
  /** How long it is good; empty: until it is revoked. */
  readonly days: string;
  readonly roles: string[];
  /** Actions that it is narrowed to. */
  readonly narrow: string[];
}
const FRESH: Draft = { chosen: null, label: '', days: '90', roles: [], narrow: [] };

/** Creates a token, and shows it this once. */
export function TokenDialog({ opened, onClose, owner }: TokenDialogProps) {
  const users = useApi('/v1/users', undefined, { enabled: opened && owner === undefined });
  const teams = useApi('/v1/teams', undefined, { enabled: opened && owner === undefined });
  const actions = useApi('/v1/actions', undefined, { enabled: opened, staleTime: Number.POSITIVE_INFINITY });
  const [{ chosen, label, days, roles, narrow }, set] = useDraft<Draft>(opened, () => FRESH);
  const [secret, setSecret] = useState('');
  const [kind, name] = chosen?.split(':') ?? [];
  const whose: TokenOwner | undefined =
    owner ?? (chosen === null ? undefined : kind === 'team' ? { team: name! } : { user: name! });
  const scopes = {
    ...(roles.length > 0 && { roles }),
    ...(narrow.length > 0 && { actions: narrow }),
  };
  const make = useChange(
    () =>
      api.post('/v1/tokens', {
        body: {
          ...whose,
          label,
          ...(Object.keys(scopes).length > 0 && { scopes }),
          ...(days !== '' && { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
        },
      }),
    ['/v1/tokens'],
  );
  return (
    <>
      <FormDialog
        opened={opened}
        onClose={onClose}
        title={owner === undefined ? 'Create a token' : `Create a token of ${owner.user ?? `the team ${owner.team}`}`}
        verb="Create"
        isReady={whose !== undefined && label.trim() !== ''}
        command={[
          ...['token', 'create', label],
          ...(whose?.user === undefined ? [] : ['--user', whose.user]),
          ...(whose?.team === undefined ? [] : ['--team', whose.team]),
          ...roles.flatMap((role) => ['--role', role]),
          ...narrow.flatMap((action) => ['--action', action]),
          ...['--expires', days === '' ? 'never' : `${days}d`],
        ]}
        onSubmit={async () => setSecret((await make.mutateAsync(undefined)).token)}
      >
        {owner === undefined && (
          <Select
            label="Whose"
            required
            searchable
            data={[
              {
                group: 'Users',
                items: (users.data?.users ?? []).map((user) => ({ value: `user:${user.name}`, label: user.name })),
              },
              {
                group: 'Teams',
                items: (teams.data?.teams ?? []).map((team) => ({ value: `team:${team.name}`, label: team.name })),
              },
            ]}
            limit={100}
            value={chosen}
            onChange={(next) => set({ chosen: next })}
          />
        )}
        <TextInput
          label="What it is for"
          placeholder="pipeline, laptop …"
          required
          data-autofocus
          value={label}
          onChange={(event) => set({ label: event.currentTarget.value })}
        />
        <Select
          label="Good for"
          data={LIVES}
          value={days}
          onChange={(value) => set({ days: value ?? '' })}
          allowDeselect={false}
        />
        <RoleSelect label="Only what these roles allow" value={roles} onChange={(next) => set({ roles: next })} />
        <TagsInput
          label="Only to do this"
          description="It may do what both its owner and these allow"
          placeholder={narrow.length === 0 ? 'function:deploy, logs:*' : ''}
          data={actions.data?.actions.map(({ action }) => action) ?? []}
          value={narrow}
          onChange={(next) => set({ narrow: next })}
        />
      </FormDialog>
      <Modal
        opened={secret !== ''}
        onClose={() => setSecret('')}
        title="The token, shown this once"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="sm">
          <Text size="sm">
            Copy it now to where it is used. Nobody can show it again; it can be revoked at any time.
          </Text>
          <code className={classes.secret} data-secret>
            {secret}
          </code>
          <Group justify="flex-end" gap="xs">
            <CopyButton value={secret}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
            <Button onClick={() => setSecret('')}>I have it</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
