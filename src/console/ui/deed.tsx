import { Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useChange } from '../api/hooks.ts';
import { messageOf } from '../api/problem.ts';
import { CommandLine } from './command-line.tsx';

/** Tells that something was done, and the command that does the same. */
export function tell(message: string, command: readonly string[]): void {
  notifications.show({
    message: (
      <Stack gap={6}>
        <Text size="sm">{message}</Text>
        <CommandLine words={command} />
      </Stack>
    ),
  });
}

/** Tells why something was not done that has no place of its own for that. */
export function tellFailure(error: unknown): void {
  notifications.show({ color: 'red', message: messageOf(error) });
}

interface Deed<V, A> {
  readonly change: (value: V) => Promise<A>;
  /** What is asked for again: see `renew`. */
  readonly touches: readonly string[];
  /** What was done, in a sentence. */
  readonly done: (value: V, answer: A) => string;
  /** The command that does the same. */
  readonly command: (value: V) => readonly string[];
}

/** What is done at a click, without a question: tells of it and of its command afterwards, or why it was not done. */
export function useDeed<V, A>({ change, touches, done, command }: Deed<V, A>) {
  const { mutateAsync, isPending } = useChange(change, touches);
  const act = (value: V) =>
    void mutateAsync(value).then((answer) => tell(done(value, answer), command(value)), tellFailure);
  return { act, isPending };
}
