import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { CommandLine } from './command-line.tsx';
import { DifferenceTable } from './difference-table.tsx';
import { type Difference, differencesOf } from './differences.ts';
import { Failure } from './failure.tsx';
import classes from './form-dialog.module.css';

interface FormDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** The verb on the button. */
  readonly verb: string;
  readonly children: ReactNode;
  /** The command that does the same. */
  readonly command?: readonly string[];
  /** False where something is missing yet. */
  readonly isReady?: boolean;
  readonly size?: 'md' | 'lg' | 'xl';
  /** What the form says now, by the names that the API uses; with `stands`, for what two people change at once. */
  readonly mine?: Readonly<Record<string, unknown>>;
  /** What the node has now, with its revision. */
  readonly stands?: () => Promise<{ readonly revision: number } & object>;
  /** The revision that the form was filled from. */
  readonly revision?: number | undefined;
  /** Does it, where the thing stands at this revision; the dialogue closes when it has succeeded, and else says why not. */
  readonly onSubmit: (revision: number | undefined) => Promise<unknown>;
}

interface Conflict {
  readonly revision: number;
  readonly differences: readonly Difference[];
}

/** A form in a dialogue. Where somebody else was faster, it shows both states, and one decides. */
export function FormDialog(props: FormDialogProps) {
  const { opened, onClose, title, verb, children, command, isReady = true, size = 'md', revision } = props;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [conflict, setConflict] = useState<Conflict>();
  /** Counts how often it was opened: how something ends that one no longer waits for is nothing to what one writes next. */
  const sitting = useRef(0);
  const close = () => {
    sitting.current++;
    setFailure(undefined);
    setConflict(undefined);
    setBusy(false);
    onClose();
  };
  const submit = async (at: number | undefined) => {
    const own = sitting.current;
    setBusy(true);
    setFailure(undefined);
    try {
      await props.onSubmit(at);
      if (sitting.current === own) close();
    } catch (error) {
      const found = await conflictOf(error, props).catch(() => undefined);
      if (sitting.current !== own) return;
      setConflict(found);
      if (found === undefined) setFailure(error);
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title={title} size={size} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void submit(conflict?.revision ?? revision);
        }}
      >
        <Stack gap="sm">
          {children}
          {conflict !== undefined && (
            <div className={classes.conflict} role="alert">
              <Text size="sm" fw={600}>
                Somebody changed it in the meantime
              </Text>
              <Text size="sm" mb="xs">
                This is what stands now beside what you are about to save. Cancel to keep theirs.
              </Text>
              <DifferenceTable
                label="What stands now and what you are about to save"
                differences={conflict.differences}
                before="Stands now"
                after="Yours"
              />
            </div>
          )}
          <Failure error={failure} />
          {command !== undefined && <CommandLine words={isReady ? command : undefined} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={!isReady}>
              {conflict === undefined ? verb : `${verb} over theirs`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

async function conflictOf(error: unknown, { mine, stands }: FormDialogProps): Promise<Conflict | undefined> {
  if (!(error instanceof ApiProblem) || error.code !== 'precondition_failed' || stands === undefined) return undefined;
  const now = await stands();
  const named = Object.fromEntries(
    Object.keys(mine ?? {}).map((name) => [name, (now as Record<string, unknown>)[name]]),
  );
  return { revision: now.revision, differences: differencesOf(named, mine) };
}

/** The header that demands that a thing stands as it was seen; 0: that there is none. */
export function ifRevision(revision: number | undefined): { headers?: Record<string, string> } {
  if (revision === undefined) return {};
  return { headers: revision === 0 ? { 'If-None-Match': '*' } : { 'If-Match': `"${revision}"` } };
}
