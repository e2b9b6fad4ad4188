import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { Loading } from '../../ui/loading.tsx';
import classes from './line-detail.module.css';
import { clockOf, LineWords } from './line-row.tsx';
import type { LogLine } from './lines.ts';

const AROUND = 6;

/** The lines that its sandbox printed before and after a line, whatever filters leave of them. */
export function LineContext({ line }: { readonly line: LogLine }) {
  const { timeMs, sandboxId, function: name, text } = line;
  // Not by its path: what is printed later changes nothing of it.
  const query = useQuery({
    queryKey: ['lines around', { name, sandboxId, timeMs, text }],
    queryFn: ({ signal }) =>
      api.get('/v1/logs', {
        query: {
          function: name,
          stream: sandboxId,
          from: String(Math.floor(timeMs)),
          to: String(Math.floor(timeMs) + 1),
          context: AROUND,
          limit: 200,
        },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.data === undefined) {
    return query.error === null ? <Loading rows={3} rowHeight={14} /> : null;
  }
  const hit = query.data.lines.find((each) => each.text === text);
  if (hit === undefined) return null;
  const { before = [], after = [] } = hit;
  if (before.length + after.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Its stream has no other lines around it.
      </Text>
    );
  }
  return (
    <section aria-label="Lines around it">
      <h3 className={classes.caption}>Around it in its stream</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys */}
      <ol className={classes.around} tabIndex={0} aria-label="Lines around it, the chosen one in bold">
        {[...before, hit, ...after].map((each, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines may be the same
          <li key={at} data-level={each.level} aria-current={each === hit || undefined}>
            <span>{clockOf(each.timeMs)}</span> <LineWords text={each.text} />
          </li>
        ))}
      </ol>
    </section>
  );
}
