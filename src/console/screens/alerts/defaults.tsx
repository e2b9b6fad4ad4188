import { Code, Switch } from '@mantine/core';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { useMay } from '../../api/may.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { useDeed } from '../../ui/deed.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import classes from './alerts.module.css';

type Default = Answer<'GET', '/v1/alerts/defaults'>['defaults'][number];

/** What every function is watched for, unless its owner, a tag or the function itself says otherwise. */
export function Defaults() {
  const query = useApi('/v1/alerts/defaults');
  const change = useDeed({
    change: ({ rule, enabled }: { rule: string; enabled: boolean }) =>
      api.put('/v1/alerts/defaults', { body: { scope: 'all', rule, change: { enabled } } }),
    touches: ['/v1/alerts'],
    done: ({ rule, enabled }) => `All functions are ${enabled ? 'watched' : 'not watched any more'} for ${rule}`,
    command: ({ rule, enabled }) => ['alert', 'defaults', 'set', rule, enabled ? '--on' : '--off'],
  });
  const mayWrite = useMay('alert:write');
  const columns: Column<Default>[] = [
    { key: 'name', phone: 'first', title: 'Rule', width: 'minmax(5rem, 8rem)', cell: ({ name }) => name },
    {
      key: 'when',
      wraps: true,
      phone: 'rest',
      title: 'Fires when',
      width: 'minmax(6rem, 2.2fr)',
      cell: ({ when }) => <Code>{when}</Code>,
    },
    {
      key: 'critical',
      wraps: true,
      title: 'Is critical when',
      width: 'minmax(9rem, 2fr)',
      wide: true,
      cell: ({ criticalWhen }) => criticalWhen && <Code>{criticalWhen}</Code>,
    },
    {
      key: 'on',
      phone: 'end',
      title: 'On',
      width: '3.5rem',
      align: 'right',
      cell: ({ name, enabled }) => (
        <Switch
          size="xs"
          aria-label={`Watch all functions for ${name}`}
          disabled={mayWrite.allowed !== true}
          title={mayWrite.reason}
          checked={enabled}
          onChange={(event) => change.act({ rule: name, enabled: event.currentTarget.checked })}
        />
      ),
    },
  ];
  return (
    <Panel title="What every function is watched for" flush>
      <QueryView query={query} what="The defaults">
        {({ defaults, changes }) => (
          <>
            <DataTable label="Default rules" rows={defaults} columns={columns} rowKey={({ name }) => name} />
            {changes.length > 0 && (
              <p className={classes.note}>
                Changed for:{' '}
                {changes.map(({ scope, rules }) => `${scope} (${Object.keys(rules).join(', ')})`).join('; ')}
              </p>
            )}
          </>
        )}
      </QueryView>
      <div className={classes.note}>
        <CommandLine words={['alert', 'defaults', 'list']} />
      </div>
    </Panel>
  );
}
