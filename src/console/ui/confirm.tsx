import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { CommandLine } from './command-line.tsx';
import { Failure } from './failure.tsx';

export interface ConfirmProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Such as "Remove the function hello?". */
  readonly title: string;
  /** What will happen, and what cannot be taken back. */
  readonly children: ReactNode;
  /** The verb on the button. */
  readonly verb: string;
  /** What has to be typed first, for what cannot be undone. */
  readonly typed?: string;
  readonly harmless?: boolean;
  /** The command that does the same. */
  readonly command?: readonly string[];
  /** Does it; the dialogue closes when it has succeeded, and else says why not. */
  readonly onConfirm: () => Promise<unknown>;
}

/** Asks before something is done that is not easily undone. */
export function Confirm(props: ConfirmProps) {
  const { opened, onClose, title, children, verb, typed, harmless = false, command, onConfirm } = props;
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  /** Counts what was asked: how something ends that one no longer waits for is nothing to the next question. */
  const question = useRef(0);
  const close = () => {
    question.current++;
    setText('');
    setFailure(undefined);
    setBusy(false);
    onClose();
  };
  const confirm = async () => {
    const own = question.current;
    setBusy(true);
    setFailure(undefined);
    try {
      await onConfirm();
      if (question.current === own) close();
    } catch (error) {
      if (question.current !== own) return;
      setFailure(error);
      setBusy(false);
    }
  };
  const isReady = typed === undefined || text === typed;
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void confirm();
        }}
      >
        <Stack gap="sm">
          <Text size="sm" component="div">
            {children}
          </Text>
          {command !== undefined && <CommandLine words={command} />}
          {typed !== undefined && (
            <TextInput
              label={`Type ${typed} to go on`}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          <Failure error={failure} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} {...(typed === undefined && { 'data-autofocus': true })}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={!isReady} color={harmless ? 'lagoon' : '#b3261e'}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
