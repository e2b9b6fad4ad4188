import { Button, TagsInput, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { Chips } from '../../ui/chips.tsx';
import { useDraft } from '../../ui/draft.ts';
import { FormDialog, ifRevision } from '../../ui/form-dialog.tsx';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { SecretView } from './secret.ts';

/** Which functions may have a secret. */
export function GrantPanel({ secret }: { readonly secret: SecretView }) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <Panel
      title="May be used by"
      aside={
        <May action="secret:write" on={`secret:${secret.name}`}>
          <Button size="xs" variant="default" onClick={dialog.open}>
            Change
          </Button>
        </May>
      }
    >
      <Chips names={secret.functions} none="No function by its name; only those whose execution role grants it." />
      <GrantDialog secret={secret} opened={isOpen} onClose={dialog.close} />
    </Panel>
  );
}

interface GrantDialogProps {
  readonly secret: SecretView;
  readonly opened: boolean;
  readonly onClose: () => void;
}

function GrantDialog({ secret, opened, onClose }: GrantDialogProps) {
  const { name, usedBy } = secret;
  const [{ functions }, set] = useDraft(opened, () => ({ functions: secret.functions }));
  const added = functions.filter((each) => !secret.functions.includes(each));
  const removed = secret.functions.filter((each) => !functions.includes(each));
  const save = useChange(async () => {
    // Only what was changed here: what others grant at the same time stays.
    const { functions: now, revision } = await api.get('/v1/secrets/{name}', { path: { name } });
    const wanted = [...new Set([...now, ...added])].filter((each) => !removed.includes(each));
    await api.put('/v1/secrets/{name}', { path: { name }, body: { functions: wanted }, ...ifRevision(revision) });
  }, ['/v1/secrets']);
  const losing = usedBy.filter(
    ({ function: user, granted }) =>
      granted && removed.some((pattern) => fits(pattern, user)) && !functions.some((pattern) => fits(pattern, user)),
  );
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={`Who may have ${name}`}
      verb="Save"
      isReady={added.length + removed.length > 0}
      command={
        removed.length > 0 && added.length === 0
          ? ['secret', 'revoke', name, ...removed]
          : ['secret', 'grant', name, ...added]
      }
      onSubmit={async () => {
        await save.mutateAsync(undefined);
        notifications.show({ message: `It is settled who may have ${name}` });
      }}
    >
      <TagsInput
        label="Functions"
        description="By name; * at the end stands for any rest"
        data-autofocus
        value={functions}
        onChange={(next) => set({ functions: next })}
      />
      {losing.length > 0 && (
        <Text size="sm" c="var(--fob-notice)" role="status">
          {losing.map((use) => use.function).join(', ')} may not have it any more then, and cannot be started, unless
          their execution role grants it.
        </Text>
      )}
    </FormDialog>
  );
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
