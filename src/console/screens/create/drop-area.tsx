import { Failure } from '../../ui/failure.tsx';
import '@mantine/dropzone/styles.css';
import { Button, Group, Stack, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconFileCheck, IconFolderOpen, IconUpload } from '@tabler/icons-react';
import { useRef } from 'react';
import { formatBytes } from '../../ui/format.ts';
import { useCreation } from './context.tsx';
import classes from './create.module.css';
import { useTaking } from './taking.ts';

/** Takes an archive, a folder or a source file, by drag and drop or by choosing it. */
export default function DropArea() {
  const { take, busy, fault } = useTaking();
  const folder = useRef<HTMLInputElement>(null);
  return (
    <Stack gap="xs">
      <Dropzone
        onDrop={(files) => void take(files)}
        // A folder with nothing in it, of which nobody is told else.
        onDropAny={(files) => files.length === 0 && void take([])}
        loading={busy}
        className={classes.drop ?? ''}
        inputProps={{ 'aria-label': 'A ZIP, a tar.gz, or source files' }}
      >
        <Stack align="center" gap={4} ta="center">
          <IconUpload size={28} stroke={1.5} aria-hidden />
          <Text fw={600}>Drop a ZIP, a folder or a source file here</Text>
          <Text size="sm" c="dimmed">
            or press to choose one. A folder goes without .git, node_modules, .venv and .env: what package.json or
            requirements.txt names is installed by the node
          </Text>
        </Stack>
      </Dropzone>
      <Group gap="sm">
        <input
          ref={(element) => {
            folder.current = element;
            element?.setAttribute('webkitdirectory', '');
          }}
          type="file"
          hidden
          aria-label="A folder"
          onChange={(event) => void take([...(event.currentTarget.files ?? [])])}
        />
        <Button
          variant="default"
          size="xs"
          leftSection={<IconFolderOpen size={15} />}
          onClick={() => folder.current?.click()}
        >
          Choose a folder
        </Button>
        <Chosen />
      </Group>
      <Failure error={fault || undefined} />
    </Stack>
  );
}

function Chosen() {
  const { upload, parts } = useCreation().draft;
  const files = parts.functions[0]?.files ?? [];
  if (upload === undefined && files.length === 0) return null;
  const words =
    files.length > 0
      ? files.length === 1
        ? files[0]!.path
        : `${files.length} files: ${files
            .map(({ path }) => path)
            .slice(0, 3)
            .join(', ')}${files.length > 3 ? ' …' : ''}`
      : `${upload!.name}, ${formatBytes(upload!.bytes)}${upload!.files > 1 ? `, ${upload!.files} files` : ''}`;
  return (
    <Group gap={6} role="status" wrap="nowrap" miw={0}>
      <IconFileCheck size={17} color="var(--fob-good)" aria-hidden />
      <Text size="sm" truncate>
        {words}
      </Text>
    </Group>
  );
}
