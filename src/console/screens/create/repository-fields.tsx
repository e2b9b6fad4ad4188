import { Group, PasswordInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { CommandLine } from '../../ui/command-line.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useCreation } from './context.tsx';
import { REPOSITORY_CREDENTIAL } from './deploy.ts';
import { type RepositoryDraft, withFunction } from './draft.ts';
import { plainName } from './plain-name.ts';

/** A repository elsewhere, whose commits deploy. */
export function RepositoryFields() {
  const { draft, update, secrets, setSecret, strict } = useCreation();
  const { url, follow, ref } = draft.repository;
  const set = (change: Partial<RepositoryDraft>) =>
    update((before) => ({ ...before, repository: { ...before.repository, ...change } }));
  const point = (next: string) =>
    update((before) => {
      const { name } = before.parts.functions[0]!;
      const pointed = { ...before, repository: { ...before.repository, url: next } };
      // What nobody has called otherwise is called like the repository.
      return name === '' || name === nameOf(before.repository.url)
        ? withFunction(pointed, 0, { name: nameOf(next) })
        : pointed;
    });
  const isUrl = /^https?:\/\/[^\s/]+\/\S+$/.test(url);
  return (
    <Stack gap="sm">
      <TextInput
        label="Address of the repository"
        description="https or http, without a password in it. Its root is the function, or it has a fob.yaml that says more"
        placeholder="https://github.com/you/thumbnails.git"
        value={url}
        onChange={(event) => point(event.currentTarget.value.trim())}
        error={
          (strict || url !== '') && !isUrl ? 'An address such as https://github.com/you/thumbnails.git' : undefined
        }
        withAsterisk
        spellCheck={false}
      />
      <Group align="flex-end" gap="sm">
        <SegmentedControl
          aria-label="What deploys"
          data={[
            { value: 'branch', label: 'Commits of a branch' },
            { value: 'tag', label: 'New tags' },
          ]}
          value={follow}
          onChange={(value) => set({ follow: value as RepositoryDraft['follow'] })}
        />
        <TextInput
          label={follow === 'branch' ? 'Branch' : 'Pattern of tags'}
          placeholder={follow === 'branch' ? 'its default branch' : 'v*'}
          value={ref}
          onChange={(event) => set({ ref: event.currentTarget.value.trim() })}
          flex={1}
          miw="10rem"
          spellCheck={false}
        />
      </Group>
      <PasswordInput
        label="Token or user:password"
        description="Only where the repository is not public. It is kept sealed and never shown"
        value={secrets[REPOSITORY_CREDENTIAL] ?? ''}
        onChange={(event) => setSecret(REPOSITORY_CREDENTIAL, event.currentTarget.value)}
        autoComplete="new-password"
      />
      <Pushing />
    </Stack>
  );
}

/** What a function of this repository is called: the last part of its address. */
function nameOf(url: string): string {
  const [, last = ''] = /^https?:\/\/[^\s/]+\/(?:.*\/)?([^/]+?)(?:\.git)?\/?$/.exec(url) ?? [];
  return plainName(last);
}

/** The other way: a repository on this node, with its address and the commands that push to it. */
function Pushing() {
  const { draft, update } = useCreation();
  const { name } = draft.parts.functions[0]!;
  const address = `${window.location.origin}/git/${name}.git`;
  return (
    <Panel title="Or push to this node">
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          A repository is made here, and each push to it is built and deployed. Nothing is left to do in this form then.
        </Text>
        <TextInput
          label="Name of the repository and its function"
          value={name}
          onChange={(event) => {
            const typed = event.currentTarget.value.trim();
            update((before) => withFunction(before, 0, { name: typed }));
          }}
          spellCheck={false}
          autoComplete="off"
          maw="24rem"
        />
        {name !== '' && (
          <>
            <Text size="sm">
              Its address is <code>{address}</code>. In the folder of your code:
            </Text>
            <CommandLine words={['repo', 'create', name]} />
            <CommandLine words={`git remote add fob ${address}`} />
            <CommandLine words="git push fob HEAD:main" />
          </>
        )}
      </Stack>
    </Panel>
  );
}
