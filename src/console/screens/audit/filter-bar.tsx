import { Select } from '@mantine/core';
import { FilterField } from '../../ui/filter-field.tsx';
import { useParam } from '../../ui/use-param.ts';
import type { Filters } from './filters.ts';

const RANGES = [
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last day' },
  { value: '7d', label: 'Last week' },
  { value: '30d', label: 'Last 30 days' },
];
const OUTCOMES = [
  { value: 'done', label: 'Done' },
  { value: 'denied', label: 'Denied' },
  { value: 'failed', label: 'Failed' },
];

/** What narrows the entries down. */
export function FilterBar({ filters }: { readonly filters: Filters }) {
  const [, setOutcome] = useParam('outcome');
  const [, setFrom] = useParam('from');
  const isOwnRange = filters.from !== '' && !RANGES.some(({ value }) => value === filters.from);
  const ranges = isOwnRange ? [...RANGES, { value: filters.from, label: `Since ${filters.from}` }] : RANGES;
  return (
    <>
      <FilterField name="actor" label="Who" placeholder="Who: ada, team shop" width="clamp(8.75rem, 13vw, 11.5rem)" />
      <FilterField
        name="action"
        label="What was done"
        placeholder="Did: function:deploy"
        width="clamp(8.75rem, 14vw, 12.5rem)"
      />
      <FilterField
        name="subject"
        label="To what"
        placeholder="To what: function:pay*"
        width="clamp(8.75rem, 15vw, 13.5rem)"
      />
      <Select
        size="xs"
        w="7.5rem"
        aria-label="Outcome"
        placeholder="Any outcome"
        clearable
        data={OUTCOMES}
        value={filters.outcome || null}
        onChange={(value) => setOutcome(value ?? '')}
        clearButtonProps={{ 'aria-label': 'Any outcome' }}
      />
      <Select
        size="xs"
        w="8rem"
        aria-label="When"
        placeholder="Any time"
        clearable
        data={ranges}
        value={filters.from || null}
        onChange={(value) => setFrom(value ?? '')}
        clearButtonProps={{ 'aria-label': 'Any time' }}
      />
    </>
  );
}
