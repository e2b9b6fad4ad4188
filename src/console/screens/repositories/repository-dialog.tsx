import { Group, NumberInput, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../../api/client.ts';
import { useDraft } from '../../ui/draft.ts';
import { ifRevision } from '../../ui/form-dialog.tsx';
import { NAME } from '../../ui/name-field.tsx';
import { ThingDialog } from '../../ui/thing-dialog.tsx';
import { type Hook, HookDialog } from './hook-dialog.tsx';
import type { Repository } from './repository.ts';

interface RepositoryDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is created. */
  readonly repository?: Repository;
}

interface Draft {
  readonly kind: 'push' | 'watch';
  readonly url: string;
  readonly by: 'branch' | 'tag';
  /** The branch, or what the tags are like. */
  readonly ref: string;
  readonly pollSeconds: number;
  readonly credential: string;
  readonly environment: string;
  readonly function: string;
  readonly description: string;
}

function draftOf(repository: Repository | undefined): Draft {
  const watch = repository?.watch;
  return {
    kind: watch === undefined ? 'push' : 'watch',
    url: watch?.url ?? '',
    by: watch?.tag === undefined ? 'branch' : 'tag',
    ref: watch?.tag ?? watch?.branch ?? repository?.branch ?? '',
    pollSeconds: (watch?.pollMs ?? 60_000) / 1_000,
    credential: '',
    environment: repository?.environment ?? '',
    function: repository?.function ?? '',
    description: repository?.description ?? '',
  };
}

/** Creates a repository to push to, or has one elsewhere watched; or changes what is set of one. */
export function RepositoryDialog({ opened, onClose, repository }: RepositoryDialogProps) {
  const navigate = useNavigate();
  const [draft, set] = useDraft(opened, () => draftOf(repository));
  const { kind, url, by, ref, pollSeconds, credential, environment, description } = draft;
  const [hook, setHook] = useState<Hook>();
  const isNew = repository === undefined;
  const isWatch = kind === 'watch';
  return (
    <>
      <ThingDialog
        opened={opened}
        onClose={onClose}
        of="repository"
        thing={repository}
        rule={NAME.dotted}
        size="lg"
        isReady={!isWatch || (url !== '' && (by === 'branch' || ref !== ''))}
        command={(name) => commandOf(name, draft, isNew)}
        mine={shownOf(draft)}
        stands={async (name) => {
          const now = await api.get('/v1/repositories/{name}', { path: { name } });
          return { ...shownOf(draftOf(now)), revision: now.revision };
        }}
        save={async (name, revision) => {
          const { watch } = await api.put('/v1/repositories/{name}', {
            path: { name },
            body: bodyOf(draft),
            ...ifRevision(revision),
          });
          if (watch?.hookSecret !== undefined) setHook({ name, path: watch.hookPath, secret: watch.hookSecret });
          else if (isNew) await navigate(`/repositories/${encodeURIComponent(name)}`);
          return undefined;
        }}
        touches={['/v1/repositories']}
      >
        {isNew && (
          <SegmentedControl
            aria-label="Where its code comes from"
            data={[
              { value: 'push', label: 'Pushed to it' },
              { value: 'watch', label: 'Watched elsewhere' },
            ]}
            value={kind}
            onChange={(value) => set({ kind: value as Draft['kind'] })}
          />
        )}
        {isWatch && (
          <TextInput
            label="Address"
            description="https or http"
            placeholder="https://git.example/shop.git"
            required
            value={url}
            onChange={(event) => set({ url: event.currentTarget.value })}
          />
        )}
        <Group gap="sm" align="flex-end">
          {isWatch && (
            <SegmentedControl
              size="sm"
              aria-label="What deploys"
              data={[
                { value: 'branch', label: 'A branch' },
                { value: 'tag', label: 'Tags' },
              ]}
              value={by}
              onChange={(value) => set({ by: value as Draft['by'] })}
            />
          )}
          <TextInput
            label={isWatch && by === 'tag' ? 'Tags that deploy' : 'Branch that deploys'}
            placeholder={
              isWatch ? (by === 'tag' ? 'v*' : 'its default branch') : 'main, or master where there is no main'
            }
            value={ref}
            onChange={(event) => set({ ref: event.currentTarget.value })}
            style={{ flex: '1 1 12rem' }}
          />
          {isWatch && (
            <NumberInput
              label="Looked at every, in seconds"
              min={10}
              value={pollSeconds}
              onChange={(value) => set({ pollSeconds: Number(value) || 60 })}
              style={{ flex: '0 1 12rem' }}
            />
          )}
        </Group>
        {isWatch && (
          <PasswordInput
            label="Credential"
            description="A token, or user:password, where it is not public; empty: as it is"
            autoComplete="off"
            value={credential}
            onChange={(event) => set({ credential: event.currentTarget.value })}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the credential' }}
          />
        )}
        <Group gap="sm" grow>
          <TextInput
            label="Environment"
            description="Of its fob.yaml"
            value={environment}
            onChange={(event) => set({ environment: event.currentTarget.value })}
          />
          <TextInput
            label="Function"
            description="That the whole tree is, without a fob.yaml"
            value={draft.function}
            onChange={(event) => set({ function: event.currentTarget.value })}
          />
        </Group>
        <TextInput
          label="What it is"
          value={description}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
      </ThingDialog>
      <HookDialog hook={hook} onClose={() => setHook(undefined)} />
    </>
  );
}

/** What two people may have changed of it; a credential is never shown. */
function shownOf({ credential: _, kind: __, ...shown }: Draft) {
  return shown;
}

function bodyOf({ kind, url, by, ref, pollSeconds, credential, environment, function: fn, description }: Draft) {
  const common = { environment, ...(fn !== '' && { function: fn }), description };
  if (kind === 'push') return { ...common, branch: ref };
  const watch = { url, ...(ref !== '' && { [by]: ref }), pollMs: pollSeconds * 1_000 };
  return { ...common, watch, ...(credential !== '' && { credential }) };
}

function commandOf(name: string, draft: Draft, isNew: boolean): string[] {
  const { kind, url, by, ref, pollSeconds, environment, function: fn, description } = draft;
  const option = (flag: string, value: string) => (value === '' ? [] : [flag, value]);
  const common = [
    ...option('--env', environment),
    ...option('--function', fn),
    ...option('--description', description),
  ];
  return kind === 'watch'
    ? ['repo', 'watch', name, url, ...option(`--${by}`, ref), '--poll', `${pollSeconds}s`, ...common]
    : ['repo', isNew ? 'create' : 'set', name, ...option('--branch', ref), ...common];
}
