import { Button } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import classes from './map.module.css';

interface GroupBarProps {
  readonly groups: readonly string[];
  readonly closed: ReadonlySet<string>;
  readonly onClosed: (closed: readonly string[]) => void;
}

/** Opens and closes the groups of the map: a closed one is drawn as one thing. */
export function GroupBar({ groups, closed, onClosed }: GroupBarProps) {
  const isAllClosed = groups.every((group) => closed.has(group));
  return (
    <section className={classes.groups} aria-label="Groups">
      {groups.map((group) => {
        const isClosed = closed.has(group);
        const Sign = isClosed ? IconChevronRight : IconChevronDown;
        return (
          <Button
            key={group}
            size="compact-sm"
            variant="default"
            aria-expanded={!isClosed}
            leftSection={<Sign size={14} aria-hidden />}
            onClick={() => onClosed(isClosed ? [...closed].filter((each) => each !== group) : [...closed, group])}
          >
            {group}
          </Button>
        );
      })}
      {groups.length > 1 && (
        <Button size="compact-sm" variant="subtle" onClick={() => onClosed(isAllClosed ? [] : groups)}>
          {isAllClosed ? 'Open all' : 'Close all'}
        </Button>
      )}
    </section>
  );
}
