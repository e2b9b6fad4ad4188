import { Text } from '@mantine/core';
import { messageOf } from '../api/problem.ts';

/** Why something was not done, told at once to those who do not see it, too; nothing where there is no error. */
export function Failure({ error }: { readonly error: unknown }) {
  if (error === undefined || error === null) return null;
  return (
    <Text size="sm" c="var(--fob-bad)" role="alert">
      {messageOf(error)}
    </Text>
  );
}
