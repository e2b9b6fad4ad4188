import '@mantine/dropzone/styles.css';
import { Stack, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { Failure } from '../../ui/failure.tsx';
import classes from './create.module.css';
import { useTaking } from './taking.ts';

/** The whole page takes files that are dragged over it: nobody has to say before that they will drop something. */
export default function PageDrop() {
  const { take, busy, fault } = useTaking();
  const [drops, setDrops] = useState(0);
  return (
    <>
      <Dropzone.FullScreen
        key={drops}
        onDrop={(files) => void take(files)}
        // A folder with nothing in it, after which it would not go away by itself.
        onDropAny={(files) => {
          if (files.length > 0) return;
          setDrops(drops + 1);
          void take([]);
        }}
        loading={busy}
        className={classes.pageDrop ?? ''}
        inputProps={{ 'aria-label': 'Files dropped anywhere', tabIndex: -1 }}
        activateOnKeyboard={false}
      >
        <Stack align="center" justify="center" gap={4} ta="center" mih="60vh">
          <IconUpload size={40} stroke={1.5} aria-hidden />
          <Text fw={600} size="lg">
            Drop a ZIP, a folder or a source file
          </Text>
          <Text size="sm" c="dimmed">
            It becomes the function’s code; nothing is sent yet
          </Text>
        </Stack>
      </Dropzone.FullScreen>
      <Failure error={fault || undefined} />
    </>
  );
}
