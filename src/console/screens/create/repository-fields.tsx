import { Group, PasswordInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { CommandLine } from '../../ui/command-line.tsx';
import { useCreation } from './context.tsx';
import { REPOSITORY_CREDENTIAL } from './deploy.ts';
import type { RepositoryDraft } from './draft.ts';

/** A repository elsewhere, whose commits deploy. */
export function RepositoryFields() {
  const { draft, update, secrets, setSecret, strict } = useCreation();
  const { url, follow, ref } = draft.repository;
  const set = (change: Partial<RepositoryDraft>) =>
    update((before) => ({ ...before, repository: { ...before.repository, ...change } }));
  const isUrl = /^https?:\/\/[^\s/]+\/\S+$/.test(url);
  return (
    <Stack gap="sm">
      <TextInput
        label="Address of the repository"
        description="https or http, without a password in it. Its root is the function, or it has a fob.yaml that says more"
        placeholder="https://github.com/you/thumbnails.git"
        value={url}
        onChange={(event) => set({ url: event.currentTarget.value.trim() })}
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
          placeholder={follow === 'branch' ? 'main' : 'v*'}
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
      <Text size="sm" c="dimmed">
        Would you rather push to this node? This makes a repository here, and says where to push to:
      </Text>
      <CommandLine words={['repo', 'create', draft.parts.functions[0]?.name || 'thumbnails']} />
    </Stack>
  );
}
