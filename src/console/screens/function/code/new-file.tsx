import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../../../ui/form-dialog.tsx';

interface NewFileProps {
  readonly opened: boolean;
  readonly taken: readonly string[];
  readonly onClose: () => void;
  readonly onMake: (path: string) => void;
}

/** Asks for the path of a file that is to be. */
export function NewFile({ opened, taken, onClose, onMake }: NewFileProps) {
  const [path, setPath] = useState('');
  const fault = faultOf(path, taken);
  const close = () => {
    setPath('');
    onClose();
  };
  return (
    <FormDialog
      opened={opened}
      onClose={close}
      title="New file"
      verb="Add"
      isReady={path !== '' && fault === undefined}
      onSubmit={async () => onMake(path)}
    >
      <TextInput
        label="Path"
        description="Folders are made as they are needed"
        placeholder="lib/prices.mjs"
        value={path}
        onChange={(event) => setPath(event.currentTarget.value.trim())}
        error={path !== '' && fault}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
      />
    </FormDialog>
  );
}

function faultOf(path: string, taken: readonly string[]): string | undefined {
  if (taken.includes(path)) return 'There is such a file';
  if (taken.some((each) => each.startsWith(`${path}/`))) return 'That is a folder';
  if (path.startsWith('/') || path.endsWith('/')) return 'A path begins and ends with a name';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'Each part needs a name';
  return /[\\\p{Cc}]/u.test(path) ? 'That has a letter that no file name may have' : undefined;
}
