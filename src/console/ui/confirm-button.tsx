import { Button, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { renew } from '../api/hooks.ts';
import { Confirm, type ConfirmProps } from './confirm.tsx';
import type { ifRevision } from './form-dialog.tsx';
import { May, type Permission } from './may.tsx';
import { useSeenRevision } from './seen-revision.ts';

interface ConfirmButtonProps extends Permission, Omit<ConfirmProps, 'opened' | 'onClose' | 'verb' | 'onConfirm'> {
  /** What the button says; also the verb of the question. */
  readonly label: string;
  readonly button?: ButtonProps;
  /** Called as it is asked about. */
  readonly onAsk?: () => void;
  /** Does it, and answers with what was done, in a sentence. */
  readonly onConfirm: () => Promise<string>;
}

/** A button for something that is asked about before it is done, and told of afterwards. */
export function ConfirmButton({ label, button, action, on, onAsk, onConfirm, ...question }: ConfirmButtonProps) {
  const [isAsking, asking] = useDisclosure(false);
  return (
    <>
      <May action={action} on={on}>
        <Button
          variant="default"
          {...button}
          onClick={() => {
            onAsk?.();
            asking.open();
          }}
        >
          {label}
        </Button>
      </May>
      <Confirm
        {...question}
        opened={isAsking}
        onClose={asking.close}
        verb={label}
        onConfirm={async () => notifications.show({ message: await onConfirm() })}
      />
    </>
  );
}

interface RemoveButtonProps extends Permission {
  /** Such as `team`. */
  readonly of: string;
  readonly name: string;
  /** The list that is shown afterwards. */
  readonly to: string;
  /** The name need not be typed first. */
  readonly untyped?: boolean;
  readonly command: readonly string[];
  /** What it stands at: nobody removes what they have not seen. */
  readonly revision: number | undefined;
  readonly remove: (precondition: ReturnType<typeof ifRevision>) => Promise<unknown>;
  /** What is asked for again: see `renew`. */
  readonly touches: readonly string[];
  /** What goes with it, and what stays. */
  readonly children: ReactNode;
}

/** Removes what a page is about, and goes back to the list that it stood in. */
export function RemoveButton({ of, name, to, untyped = false, revision, remove, touches, ...rest }: RemoveButtonProps) {
  const navigate = useNavigate();
  const seen = useSeenRevision(revision);
  return (
    <ConfirmButton
      {...rest}
      onAsk={seen.ask}
      label="Remove"
      button={{ leftSection: <IconTrash size={15} aria-hidden /> }}
      title={`Remove the ${of} ${name}?`}
      {...(!untyped && { typed: name })}
      onConfirm={async () => {
        await seen.act(remove).catch(async (error: unknown) => {
          await renew(...touches);
          throw error;
        });
        // First, so that the page does not ask for what is no more.
        await navigate(to);
        await renew(...touches);
        return `The ${of} ${name} is removed`;
      }}
    />
  );
}
