import { Skeleton, VisuallyHidden } from '@mantine/core';
import classes from './loading.module.css';

interface LoadingProps {
  /** About how many lines will stand here. */
  readonly rows?: number;
  readonly rowHeight?: number;
}

/** Stands where something is about to be, in about its size. */
export function Loading({ rows = 4, rowHeight = 20 }: LoadingProps) {
  const lines = Array.from({ length: rows }, (_, at) => at);
  return (
    <div className={classes.loading} role="status" data-loading>
      <VisuallyHidden>Loading …</VisuallyHidden>
      {lines.map((at) => (
        <Skeleton key={at} height={rowHeight} width={`${92 - ((at * 17) % 35)}%`} radius="sm" aria-hidden />
      ))}
    </div>
  );
}
