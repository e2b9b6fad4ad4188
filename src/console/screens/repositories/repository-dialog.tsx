import {
  Button,
  Code,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import type { Repository } from './repository.ts';

interface RepositoryDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is made. */
  readonly repository?: Repository;
  readonly onDone?: (name: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Makes a repository to push to, or has one elsewhere watched; or changes what is set of one. */
export function RepositoryDialog({ opened, onClose, repository, onDone }: RepositoryDialogProps) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'push' | 'watch'>('push');
  const [url, setUrl] = useState('');
  const [by, setBy] = useState<'branch' | 'tag'>('branch');
  const [ref, setRef] = useState('');
  const [pollSeconds, setPollSeconds] = useState(60);
  const [credential, setCredential] = useState('');
  const [environment, setEnvironment] = useState('');
  const [fn, setFn] = useState('');
  const [description, setDescription] = useState('');
  const [secret, setSecret] = useState<{ hook: string; value: string }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it opens
  useEffect(() => {
    setCredential('');
    if (!opened) return;
    const watch = repository?.watch;
    setName(repository?.name ?? '');
    setKind(watch === undefined ? 'push' : 'watch');
    setUrl(watch?.url ?? '');
    setBy(watch?.tag === undefined ? 'branch' : 'tag');
    setRef(watch?.tag ?? watch?.branch ?? repository?.branch ?? '');
    setPollSeconds((watch?.pollMs ?? 60_000) / 1_000);
    setEnvironment(repository?.environment ?? '');
    setFn(repository?.function ?? '');
    setDescription(repository?.description ?? '');
  }, [opened]);
  const target = repository?.name ?? name;
  const isWatch = kind === 'watch';
  const save = useChange(
    () =>
      api.put('/v1/repositories/{name}', {
        path: { name: target },
        body: {
          environment,
          ...(fn !== '' && { function: fn }),
          description,
          ...(isWatch
            ? {
                watch: { url, [by]: ref === '' ? 'main' : ref, pollMs: pollSeconds * 1_000 },
                ...(credential !== '' && { credential }),
              }
            : { branch: ref }),
        },
        ...(repository === undefined && { headers: { 'If-None-Match': '*' } }),
      }),
    ['/v1/repositories'],
  );
  const common = [
    ...(environment === '' ? [] : ['--env', environment]),
    ...(fn === '' ? [] : ['--function', fn]),
    ...(description === '' ? [] : ['--description', description]),
  ];
  return (
    <>
      <FormDialog
        opened={opened}
        onClose={onClose}
        size="lg"
        title={repository === undefined ? 'New repository' : `Settings of ${repository.name}`}
        verb={repository === undefined ? 'Make the repository' : 'Save'}
        isReady={NAME.test(target) && (!isWatch || (url !== '' && (by === 'branch' || ref !== '')))}
        command={
          isWatch
            ? [
                'repo',
                'watch',
                target || 'NAME',
                url || 'URL',
                ...(ref === '' ? [] : [`--${by}`, ref]),
                '--poll',
                `${pollSeconds}s`,
                ...common,
              ]
            : [
                'repo',
                repository === undefined ? 'create' : 'set',
                target || 'NAME',
                ...(ref === '' ? [] : ['--branch', ref]),
                ...common,
              ]
        }
        onSubmit={async () => {
          const made = await save.mutateAsync(undefined);
          notifications.show({
            message: `The repository ${target} is ${repository === undefined ? 'made' : 'changed'}`,
          });
          if (made.watch?.hookSecret !== undefined)
            setSecret({ hook: made.watch.hookPath, value: made.watch.hookSecret });
          else onDone?.(target);
        }}
      >
        {repository === undefined && (
          <>
            <SegmentedControl
              aria-label="Where its code comes from"
              data={[
                { value: 'push', label: 'One pushes to it' },
                { value: 'watch', label: 'It is watched elsewhere' },
              ]}
              value={kind}
              onChange={(value) => setKind(value as 'push' | 'watch')}
            />
            <TextInput
              label="Name"
              required
              data-autofocus
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </>
        )}
        {isWatch && (
          <TextInput
            label="Address"
            description="https or http"
            placeholder="https://git.example/shop.git"
            required
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
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
              onChange={(value) => setBy(value as 'branch' | 'tag')}
            />
          )}
          <TextInput
            label={isWatch && by === 'tag' ? 'Tags that deploy' : 'Branch that deploys'}
            placeholder={isWatch ? (by === 'tag' ? 'v*' : 'main') : 'main, or master where there is no main'}
            value={ref}
            onChange={(event) => setRef(event.currentTarget.value)}
            style={{ flex: '1 1 12rem' }}
          />
          {isWatch && (
            <NumberInput
              label="Looked at every, in seconds"
              min={10}
              value={pollSeconds}
              onChange={(value) => setPollSeconds(Number(value) || 60)}
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
            onChange={(event) => setCredential(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the credential' }}
          />
        )}
        <Group gap="sm" grow>
          <TextInput
            label="Environment"
            description="Of its fob.yaml"
            value={environment}
            onChange={(event) => setEnvironment(event.currentTarget.value)}
          />
          <TextInput
            label="Function"
            description="That the whole tree is, without a fob.yaml"
            value={fn}
            onChange={(event) => setFn(event.currentTarget.value)}
          />
        </Group>
        <TextInput
          label="What it is"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
      </FormDialog>
      <Modal
        opened={secret !== undefined}
        onClose={() => {
          setSecret(undefined);
          onDone?.(target);
        }}
        title="The webhook’s secret, shown this once"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="sm">
          <Text size="sm">
            Have the host of the repository call this node at each push, and it need not wait to be looked at:
          </Text>
          <Text size="sm">
            Address <Code>{secret?.hook}</Code>
          </Text>
          <Text size="sm">
            Secret <Code>{secret?.value}</Code>
          </Text>
          <Group justify="flex-end">
            <Button
              onClick={() => {
                setSecret(undefined);
                onDone?.(target);
              }}
            >
              I have it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
