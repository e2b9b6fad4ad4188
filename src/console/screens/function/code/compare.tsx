import { IconEqual } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { visible } from '../../../ui/visible.ts';
import classes from './code.module.css';
import { DiffView } from './diff-view.tsx';

const TONES = { added: 'good', removed: 'bad', changed: 'info' } as const;

interface CompareProps {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** What two versions differ in: settings first, then files line by line. */
export function Compare({ name, from, to }: CompareProps) {
  const query = useApi('/v1/functions/{name}/diff', { path: { name }, query: { from, to } }, { staleTime: Infinity });
  return (
    <>
      <QueryView query={query} what="The difference">
        {({ config, files, cut }) => (
          <>
            {config.length + files.length === 0 && (
              <Panel>
                <EmptyState icon={IconEqual} title={`Version ${from} and version ${to} are the same`}>
                  Neither a setting nor a file differs.
                </EmptyState>
              </Panel>
            )}
            {config.length > 0 && (
              <Panel title="Settings" flush>
                <SimpleTable label="Settings that differ" head={['Setting', `Version ${from}`, `Version ${to}`]}>
                  {config.map(({ setting, change, from: before, to: after }) => (
                    <tr key={setting}>
                      <th scope="row">
                        <code>{setting}</code>
                      </th>
                      <td>{shown(before, change === 'added')}</td>
                      <td>{shown(after, change === 'removed')}</td>
                    </tr>
                  ))}
                </SimpleTable>
              </Panel>
            )}
            {files.map(({ path, change, diff, bytesBefore, bytesAfter }) => (
              <Panel
                key={path}
                title={<code>{visible(path)}</code>}
                aside={
                  <StatusBadge tone={TONES[change]} plain>
                    {change}
                  </StatusBadge>
                }
                flush
              >
                {diff === undefined ? (
                  <p className={classes.binary}>
                    No text, or too long to be shown: {bytesBefore ?? 0} bytes before, {bytesAfter ?? 0} after.
                  </p>
                ) : (
                  <DiffView diff={diff} label={`Differences of ${path}`} />
                )}
              </Panel>
            ))}
            {cut && <p className={classes.binary}>There is more that differs than is shown here.</p>}
          </>
        )}
      </QueryView>
      <CommandLine words={['diff', name, String(from), String(to)]} />
    </>
  );
}

function shown(value: unknown, isAbsent: boolean): string {
  if (isAbsent) return '–';
  if (value === undefined) return 'not shown';
  return typeof value === 'string' ? value || '(empty)' : JSON.stringify(value);
}
