import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { QueryView } from '../../../ui/query-view.tsx';
import { functionPath } from '../paths.ts';
import classes from './test.module.css';

/** Of what it printed more, the last is shown. */
const MAX_LINES = 500;

/** What a run printed; there within a second. */
export function RunLog({ name, invocationId }: { readonly name: string; readonly invocationId: string | undefined }) {
  const log = useApi(
    '/v1/logs',
    { query: { function: name, invocation: invocationId ?? '', limit: MAX_LINES } },
    { enabled: invocationId !== undefined },
  );
  const isCut = log.data?.lines.length === MAX_LINES;
  const place = isCut ? toEnd : undefined;
  if (invocationId === undefined) return null;
  return (
    <section aria-label="Log">
      <div className={classes.above}>
        <Text size="xs" c="dimmed">
          {isCut ? `Log, its last ${MAX_LINES} lines` : 'Log'}
        </Text>
        <Anchor component={Link} to={functionPath(name, 'logs', { invocation: invocationId })} size="xs">
          In the logs
        </Anchor>
      </div>
      <QueryView query={log} what="The log" rows={2}>
        {({ lines }) =>
          lines.length === 0 ? (
            <Text size="sm" c="dimmed">
              It printed nothing.
            </Text>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
            <section className={classes.text} aria-label="Lines of the log" tabIndex={0} ref={place}>
              <pre>
                {lines
                  .toReversed()
                  .sort((a, b) => a.timeMs - b.timeMs)
                  .map(({ id, text, level, timeMs }, at) => (
                    <span key={id ?? `${timeMs}/${at}`} data-level={level}>
                      {text}
                      {'\n'}
                    </span>
                  ))}
              </pre>
            </section>
          )
        }
      </QueryView>
    </section>
  );
}

/** Begins where it ended: what was printed last, or that no more of it was kept. */
function toEnd(log: HTMLElement | null): void {
  if (log !== null) log.scrollTop = log.scrollHeight;
}
