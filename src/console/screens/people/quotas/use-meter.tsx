import { Text, VisuallyHidden } from '@mantine/core';
import classes from '../people.module.css';
import { MEASURES, type Use } from './quota.ts';

/** How much of one limit is used. */
export function UseMeter({ use }: { readonly use: Use | undefined }) {
  if (use === undefined) return null;
  const { measure, used, limit, state } = use;
  const { format } = MEASURES.find((each) => each.measure === measure)!;
  if (limit === undefined) {
    return (
      <Text span inherit c="dimmed">
        {format(used)}
      </Text>
    );
  }
  return (
    <span className={classes.use}>
      <span title={`${format(used)} of ${format(limit)}`}>
        {state === 'exceeded' && '✕ '}
        {state === 'warning' && '▲ '}
        {format(used)} of {format(limit)}
        {state !== 'ok' && <VisuallyHidden> ({state})</VisuallyHidden>}
      </span>
      <span className={classes.track} data-state={state} aria-hidden>
        <span style={{ width: `${Math.min(100, limit === 0 ? 100 : (used / limit) * 100)}%` }} />
      </span>
    </span>
  );
}
