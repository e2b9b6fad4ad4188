import { Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { SECRET_NAME, type SecretView } from './secret.ts';
import { ValueField } from './value-field.tsx';

interface SecretDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Gets a new value; absent: a secret is made. */
  readonly secret?: SecretView;
  readonly onDone?: (name: string) => void;
}

/** Makes a secret, or gives one a new value. */
export function SecretDialog({ opened, onClose, secret, onDone }: SecretDialogProps) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [functions, setFunctions] = useState<string[]>([]);
  const [value, setValue] = useState('');
  const [recycles, setRecycles] = useState(true);
  const isNew = secret === undefined;
  useEffect(() => {
    // Nothing of a value stays behind in the page.
    if (!opened) setValue('');
  }, [opened]);
  const save = useChange(async () => {
    const target = secret?.name ?? name;
    await api.put('/v1/secrets/{name}', {
      path: { name: target },
      body: isNew ? { value, functions, ...(description !== '' && { description }) } : { value },
      ...(isNew && { headers: { 'If-None-Match': '*' } }),
    });
    const sandboxes =
      !isNew && recycles ? (await api.post('/v1/secrets/{name}/recycle', { path: { name: target } })).sandboxes : 0;
    return { target, sandboxes };
  }, ['/v1/secrets', '/v1/sandboxes']);
  const isName = SECRET_NAME.test(name);
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={isNew ? 'New secret' : `New value of ${secret.name}`}
      verb={isNew ? 'Make the secret' : 'Set the value'}
      isReady={value !== '' && (!isNew || isName)}
      command={
        isNew
          ? ['secret', 'set', name || 'NAME', ...(description === '' ? [] : ['--description', description])]
          : ['secret', 'set', secret.name, ...(recycles ? ['--recycle'] : [])]
      }
      onSubmit={async () => {
        const { target, sandboxes } = await save.mutateAsync(undefined);
        notifications.show({
          message: isNew
            ? `The secret ${target} is there`
            : `${target} has a new value${sandboxes > 0 ? `; ${sandboxes} sandboxes start anew with it` : ''}`,
        });
        onDone?.(target);
      }}
    >
      {isNew && (
        <>
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            placeholder="db-password"
            autoComplete="off"
            error={
              name !== '' && !isName ? 'Letters, digits, “_”, “.” and “-”, beginning with a letter or digit' : undefined
            }
          />
          <Textarea
            label="What it is for"
            autosize
            maxRows={4}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <TagsInput
            label="Functions that may have it"
            description="By name; * at the end stands for any rest. An execution role can grant it, too."
            placeholder={functions.length === 0 ? 'shop-*' : ''}
            value={functions}
            onChange={setFunctions}
          />
        </>
      )}
      <ValueField value={value} onChange={setValue} isRequired />
      {!isNew && (
        <Switch
          label="Functions that use it start anew with it, as soon as they are idle"
          checked={recycles}
          onChange={(event) => setRecycles(event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}
