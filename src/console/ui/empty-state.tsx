import { Text } from '@mantine/core';
import type { ComponentType, ReactNode } from 'react';
import classes from './empty-state.module.css';

export type Icon = ComponentType<{ size?: number | string; stroke?: number | string; 'aria-hidden'?: boolean }>;

interface EmptyStateProps {
  readonly icon: Icon;
  readonly title: string;
  /** What to do next, in a sentence. */
  readonly children?: ReactNode;
  /** The button that does it. */
  readonly action?: ReactNode;
}

/** Nothing is here yet: says why, and what to do next. */
export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      <span className={classes.icon}>
        <Icon size={26} stroke={1.5} aria-hidden />
      </span>
      <Text fw={600} size="md">
        {title}
      </Text>
      {children !== undefined && (
        <Text c="dimmed" size="sm" className={classes.words ?? ''} component="div">
          {children}
        </Text>
      )}
      {action}
    </div>
  );
}
