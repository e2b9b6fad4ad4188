import { Text, UnstyledButton } from '@mantine/core';
import classes from './trigger-form.module.css';
import { inOrder, lookOf, type TriggerKind } from './types.ts';

interface KindPickerProps {
  readonly kinds: readonly TriggerKind[];
  readonly value?: string | undefined;
  readonly onChange: (type: string) => void;
}

/** Chooses what kind of happening wakes the function: one press, and its options are asked for. */
export function KindPicker({ kinds, value, onChange }: KindPickerProps) {
  const all = inOrder(kinds);
  return (
    <section aria-label="What wakes the function?">
      <Text fw={600} size="sm">
        What wakes the function?
      </Text>
      {[true, false].map((own) => (
        <div key={String(own)}>
          <Text size="xs" c="dimmed" fw={600} mt="sm" mb={6}>
            {own ? 'On this node' : 'Elsewhere'}
          </Text>
          <ul className={classes.kinds}>
            {all
              .filter((kind) => lookOf(kind.name).own === own)
              .map((kind) => {
                const { title, lead, icon: Icon } = lookOf(kind.name, kind.summary);
                return (
                  <li key={kind.name}>
                    <UnstyledButton
                      className={classes.kind ?? ''}
                      aria-pressed={value === undefined ? undefined : value === kind.name}
                      onClick={() => onChange(kind.name)}
                    >
                      <Icon size={20} stroke={1.6} aria-hidden />
                      <span className={classes.words}>
                        <span className={classes.title}>{title}</span>
                        <span className={classes.lead}>{lead}</span>
                      </span>
                    </UnstyledButton>
                  </li>
                );
              })}
          </ul>
        </div>
      ))}
    </section>
  );
}
