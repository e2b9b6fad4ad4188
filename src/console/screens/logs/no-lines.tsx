import { Button } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { EmptyState } from '../../ui/empty-state.tsx';
import { rangeWords } from '../../ui/range.ts';
import type { useLogFilters } from './query.ts';

type View = ReturnType<typeof useLogFilters>;

/** Why no line is shown, and where there may be some. */
export function NoLines({ view, isOfOne }: { view: View; isOfOne: boolean }) {
  const { filters, range, setRange, change } = view;
  const isFiltered = filters.text !== '' || filters.level !== undefined || filters.where.length > 0;
  if (isFiltered) {
    return (
      <EmptyState
        icon={IconFileText}
        title="No line is like that"
        action={
          <Button variant="default" onClick={() => change({ text: '', level: undefined, where: [] })}>
            Show all lines
          </Button>
        }
      >
        {isOfOne
          ? 'Nothing in this log matches.'
          : `${rangeWords(range)}: look at a longer time, or for something else.`}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={IconFileText}
      title={isOfOne ? 'It printed nothing' : 'Nothing was printed in this time'}
      action={
        !isOfOne && range.from !== '30d' ? (
          <Button variant="default" onClick={() => setRange({ from: '30d' })}>
            Look at the last 30 days
          </Button>
        ) : undefined
      }
    >
      What a function prints appears here, within a second where the tail is live.
    </EmptyState>
  );
}
