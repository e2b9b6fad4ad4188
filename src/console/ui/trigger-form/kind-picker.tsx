import { Radio, Text } from '@mantine/core';
import { useId } from 'react';
import classes from './trigger-form.module.css';
import { inOrder, lookOf, type TriggerKind } from './types.ts';

interface KindPickerProps {
  readonly kinds: readonly TriggerKind[];
  readonly value: string | undefined;
  readonly onChange: (type: string) => void;
}

/** Chooses what kind of happening wakes the function. Arrow keys move between them. */
export function KindPicker({ kinds, value, onChange }: KindPickerProps) {
  const id = useId();
  const all = inOrder(kinds);
  return (
    <Radio.Group value={value ?? null} onChange={onChange} label="What wakes the function?" name={id}>
      {[true, false].map((own) => (
        <div key={String(own)}>
          <Text size="xs" c="dimmed" fw={600} mt="sm" mb={6}>
            {own ? 'On this node' : 'Elsewhere'}
          </Text>
          <div className={classes.kinds}>
            {all
              .filter((kind) => lookOf(kind.name).own === own)
              .map((kind) => {
                const { title, lead, icon: Icon } = lookOf(kind.name, kind.summary);
                return (
                  <Radio.Card key={kind.name} value={kind.name} className={classes.kind ?? ''}>
                    <Icon size={20} stroke={1.6} aria-hidden />
                    <span className={classes.words}>
                      <span className={classes.title}>{title}</span>
                      <span className={classes.lead}>{lead}</span>
                    </span>
                  </Radio.Card>
                );
              })}
          </div>
        </div>
      ))}
    </Radio.Group>
  );
}
