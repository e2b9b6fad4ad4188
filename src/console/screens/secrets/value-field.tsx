import { Button, FileButton, Group, Switch, Text, Textarea } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './secrets.module.css';

const MAX_BYTES = 32_768;

interface ValueFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isRequired?: boolean;
}

/** Where a secret's value is typed, pasted or taken from a file. Several lines, as a key has them; covered until one wants to see it. */
export function ValueField({ value, onChange, isRequired = false }: ValueFieldProps) {
  const [isSeen, setSeen] = useState(false);
  const [note, setNote] = useState('');
  const take = async (file: File | null) => {
    if (file === null) return;
    if (file.size > MAX_BYTES) return setNote(`${file.name} is too large: a secret has at most 32 KiB`);
    setNote('');
    onChange(await file.text());
  };
  return (
    <div>
      <Textarea
        label="Value"
        description="At most 32 KiB of text. It is sealed as it is, line ends included, and is not shown again."
        required={isRequired}
        autosize
        minRows={2}
        maxRows={8}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
        classNames={{ input: (isSeen ? classes.seen : classes.covered) ?? '' }}
        error={note === '' ? undefined : note}
      />
      <Group gap="sm" mt={6} justify="space-between">
        <Switch
          size="xs"
          label="Show what I type"
          checked={isSeen}
          onChange={(event) => setSeen(event.currentTarget.checked)}
        />
        <Group gap="xs">
          {value !== '' && (
            <Text size="xs" c="dimmed">
              {new TextEncoder().encode(value).byteLength} bytes
            </Text>
          )}
          <FileButton onChange={(file) => void take(file)} inputProps={{ 'aria-label': 'Take the value from a file' }}>
            {(props) => (
              <Button {...props} size="compact-xs" variant="default" leftSection={<IconUpload size={13} aria-hidden />}>
                From a file
              </Button>
            )}
          </FileButton>
        </Group>
      </Group>
    </div>
  );
}
