import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { ANY } from '../api/may.ts';
import { withArticle } from './format.ts';
import { May, type Permission } from './may.tsx';

interface CreateButtonProps extends Permission {
  /** Such as `team`. */
  readonly of: string;
  readonly variant?: 'default';
  readonly onClick: () => void;
}

/** The button that creates something, for those who may. */
export function CreateButton({ of, action, on = ANY, variant, onClick }: CreateButtonProps) {
  return (
    <May action={action} on={on}>
      <Button
        {...(variant && { variant })}
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={onClick}
      >{`Create ${withArticle(of)}`}</Button>
    </May>
  );
}

/** The dialogue that creates something, and the button that opens it. */
export function useCreating(
  of: string,
  permission: Permission,
): { readonly button: ReactElement; readonly dialog: { readonly opened: boolean; readonly onClose: () => void } } {
  const [opened, { open, close }] = useDisclosure(false);
  return { button: <CreateButton of={of} {...permission} onClick={open} />, dialog: { opened, onClose: close } };
}
