import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { QueryView } from '../../../ui/query-view.tsx';
import { functionPath } from '../paths.ts';
import classes from './test.module.css';

/** What a run printed; there within a second. */
export function RunLog({ name, invocationId }: { readonly name: string; readonly invocationId: string | undefined }) {
  const log = useApi(
    '/v1/logs',
    { query: { function: name, invocation: invocationId ?? '', limit: 500 } },
    { enabled: invocationId !== undefined },
  );
  if (invocationId === undefined) return null;
  return (
    <section aria-label="Log">
      <div className={classes.above}>
        <Text size="xs" c="dimmed">
          Log
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
            <section className={classes.text} aria-label="Lines of the log" tabIndex={0}>
              <pre>
                {[...lines]
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
