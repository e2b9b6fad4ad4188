import { Switch, TagsInput, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { api } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { useDraft } from '../../ui/draft.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { countText } from '../../ui/format.ts';
import { NAME } from '../../ui/name-field.tsx';
import { ThingDialog } from '../../ui/thing-dialog.tsx';
import type { SecretView } from './secret.ts';
import { ValueField } from './value-field.tsx';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

const TOUCHES = ['/v1/secrets', '/v1/sandboxes'];

/** Creates a secret, or gives one a new value. */
export function SecretDialog({ secret, ...dialog }: DialogProps & { readonly secret?: SecretView }) {
  return secret === undefined ? <NewSecret {...dialog} /> : <NewValue {...dialog} name={secret.name} />;
}

function NewSecret({ opened, onClose }: DialogProps) {
  const [{ description, functions, value }, set] = useDraft(opened, () => ({
    description: '',
    functions: [] as string[],
    value: '',
  }));
  return (
    <ThingDialog
      opened={opened}
      onClose={onClose}
      of="secret"
      rule={NAME.dotted}
      isReady={value !== ''}
      command={(name) => ['secret', 'set', name, ...(description === '' ? [] : ['--description', description])]}
      save={async (name) => {
        await api.put('/v1/secrets/{name}', {
          path: { name },
          body: { value, functions, ...(description !== '' && { description }) },
          headers: { 'If-None-Match': '*' },
        });
      }}
      touches={TOUCHES}
      to="/secrets"
    >
      <Textarea
        label="What it is for"
        autosize
        maxRows={4}
        value={description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <TagsInput
        label="Functions that may have it"
        description="By name; * at the end stands for any rest. An execution role can grant it, too."
        placeholder={functions.length === 0 ? 'shop-*' : ''}
        value={functions}
        onChange={(next) => set({ functions: next })}
      />
      <ValueField value={value} onChange={(next) => set({ value: next })} isRequired />
    </ThingDialog>
  );
}

function NewValue({ opened, onClose, name }: DialogProps & { readonly name: string }) {
  const [{ value, recycles }, set] = useDraft(opened, () => ({ value: '', recycles: true }));
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={`New value of ${name}`}
      verb="Set the value"
      isReady={value !== ''}
      command={['secret', 'set', name, ...(recycles ? ['--recycle'] : [])]}
      onSubmit={async () => {
        await api.put('/v1/secrets/{name}', { path: { name }, body: { value } });
        const { sandboxes } = recycles
          ? await api.post('/v1/secrets/{name}/recycle', { path: { name } })
          : { sandboxes: 0 };
        const also = sandboxes > 0 ? `; ${countText(sandboxes, 'sandbox starts', 'sandboxes start')} anew with it` : '';
        notifications.show({ message: `${name} has a new value${also}` });
        await renew(...TOUCHES);
      }}
    >
      <ValueField value={value} onChange={(next) => set({ value: next })} isRequired />
      <Switch
        label="Functions that use it start anew with it, as soon as they are idle"
        checked={recycles}
        onChange={(event) => set({ recycles: event.currentTarget.checked })}
      />
    </FormDialog>
  );
}
