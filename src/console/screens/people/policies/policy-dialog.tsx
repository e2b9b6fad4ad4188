import { SegmentedControl, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import { messageOf } from '../../../api/problem.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import { commandOf } from './command.ts';
import type { Mine, Policy } from './policy.ts';
import { RuleFields } from './rule-fields.tsx';
import { ScopeFields } from './scope-fields.tsx';

interface PolicyDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is made. */
  readonly policy?: Policy;
  readonly onDone?: (name: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const PAUSE_MS = 400;

/** Makes a policy, or changes one; says what it would do before it is saved. */
export function PolicyDialog({ opened, onClose, policy, onDone }: PolicyDialogProps) {
  const [name, setName] = useState('');
  const [mine, setMine] = useState<Mine>(EMPTY);
  const [revision, setRevision] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it opens
  useEffect(() => {
    if (!opened) return;
    setName(policy?.name ?? '');
    setMine(policy === undefined ? EMPTY : mineOf(policy));
    setRevision(policy?.revision ?? 0);
  }, [opened]);
  const target = policy?.name ?? name;
  const isReady = NAME.test(target) && Object.keys(mine.rules).length > 0;
  const save = useChange(
    (at: number | undefined) =>
      api.put('/v1/policies/{name}', { path: { name: target }, body: mine, ...ifRevision(at) }),
    ['/v1/policies', '/v1/audit'],
  );
  const set = (change: Partial<Mine>) => setMine({ ...mine, ...change });
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      size="xl"
      title={policy === undefined ? 'New policy' : `Change the policy ${policy.name}`}
      verb={policy === undefined ? 'Make the policy' : 'Save'}
      isReady={isReady}
      command={commandOf(target || 'NAME', mine)}
      mine={{ ...mine }}
      revision={revision}
      stands={() => api.get('/v1/policies/{name}', { path: { name: target } })}
      onSubmit={async (at) => {
        const { violations } = await save.mutateAsync(at);
        notifications.show({
          message: `The policy ${target} holds; ${violations.length} functions break it as they stand`,
        });
        onDone?.(target);
      }}
    >
      {policy === undefined && (
        <TextInput
          label="Name"
          required
          data-autofocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={
            name !== '' && !NAME.test(name) ? 'Letters, digits, _ and -, beginning with a letter or digit' : undefined
          }
        />
      )}
      <TextInput
        label="What it is for"
        value={mine.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <div>
        <Text size="sm" fw={600} mb={4}>
          What breaks it is
        </Text>
        <SegmentedControl
          size="xs"
          aria-label="What breaks it is"
          data={[
            { value: 'enforce', label: 'refused' },
            { value: 'warn', label: 'told, and passes' },
          ]}
          value={mine.mode}
          onChange={(mode) => set({ mode: mode as Mine['mode'] })}
        />
      </div>
      <ScopeFields scope={mine.scope} onChange={(scope) => set({ scope })} />
      <RuleFields rules={mine.rules} onChange={(rules) => set({ rules })} />
      <TextInput
        label="What people are told besides"
        description="Such as whom to ask"
        value={mine.message}
        onChange={(event) => set({ message: event.currentTarget.value })}
      />
      {isReady && <Effect name={target} mine={mine} />}
    </FormDialog>
  );
}

const EMPTY: Mine = { description: '', mode: 'warn', message: '', scope: {}, rules: {} };

function mineOf({ description, mode, message, scope, rules }: Policy): Mine {
  return { description, mode, message, scope, rules };
}

/** What saving it would do to the functions that there are, from the node itself. */
function Effect({ name, mine }: { readonly name: string; readonly mine: Mine }) {
  const [asked] = useDebouncedValue(mine, PAUSE_MS);
  const effect = useQuery({
    queryKey: ['/v1/policies/{name}', { path: { name }, query: { dryRun: asked } }],
    queryFn: ({ signal }) =>
      api.put('/v1/policies/{name}', { path: { name }, query: { dryRun: true }, body: asked, signal }),
    staleTime: 0,
    retry: false,
  });
  const broken = effect.data?.violations;
  return (
    <Text size="sm" role="status" c={effect.error !== null ? 'var(--fob-bad)' : 'dimmed'}>
      {effect.error !== null && messageOf(effect.error)}
      {effect.error === null &&
        (broken === undefined
          ? 'Looking at what it would do …'
          : broken.length === 0
            ? 'No function that is there would break it.'
            : `${broken.length} of the functions that are there would break it: ${broken
                .slice(0, 6)
                .map((each) => each.function)
                .join(', ')}${broken.length > 6 ? ' …' : ''}. They go on running until they are deployed again.`)}
    </Text>
  );
}
