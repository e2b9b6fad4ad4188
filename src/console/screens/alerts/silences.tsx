import { Button } from '@mantine/core';
import { IconBellOff, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { ANY } from '../../api/may.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { useDeed } from '../../ui/deed.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Time } from '../../ui/time.tsx';
import { resourceOf } from './alert-scope.ts';
import { SilenceForm } from './silence-form.tsx';

type Silence = Answer<'GET', '/v1/alerts/silences'>['silences'][number];

/** What is not told for a while. */
export function Silences() {
  const query = useApi('/v1/alerts/silences');
  const [adding, setAdding] = useState(false);
  const end = useDeed({
    change: ({ id }: Silence) => api.delete('/v1/alerts/silences/{id}', { path: { id } }),
    touches: ['/v1/alerts'],
    done: (silence) => `The silence of ${wordsOf(silence)} has ended`,
    command: ({ id }) => ['alert', 'unsilence', id],
  });
  const add = (
    <May action="alert:write" on={ANY}>
      <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
        Silence alerts
      </Button>
    </May>
  );
  const columns: Column<Silence>[] = [
    { key: 'what', title: 'What', width: 'minmax(9rem, 1.4fr)', cell: (silence) => wordsOf(silence) },
    { key: 'reason', title: 'Why', width: 'minmax(9rem, 2fr)', cell: ({ reason }) => reason },
    { key: 'by', title: 'By', width: '8rem', wide: true, cell: ({ by }) => by },
    {
      key: 'until',
      title: 'Until',
      width: '8rem',
      sort: ({ untilMs }) => untilMs,
      cell: ({ untilMs }) => <Time at={untilMs} />,
    },
    {
      key: 'end',
      title: '',
      width: '5rem',
      align: 'right',
      cell: (silence) => (
        <May action="alert:write" on={resourceOf(silence)} orAbsent>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`End the silence of ${wordsOf(silence)}`}
            onClick={() => end.act(silence)}
          >
            End
          </Button>
        </May>
      ),
    },
  ];
  return (
    <>
      <Panel title="Silences" aside={add} flush>
        <QueryView query={query} what="The silences">
          {({ silences }) =>
            silences.length === 0 ? (
              <EmptyState icon={IconBellOff} title="Nothing is silenced">
                Silence what is known, such as while a database is being moved.
              </EmptyState>
            ) : (
              <DataTable
                label="Silences"
                rows={silences}
                columns={columns}
                rowKey={({ id }) => id}
                orderWord="sort-silences"
              />
            )
          }
        </QueryView>
      </Panel>
      <SilenceForm opened={adding} onClose={() => setAdding(false)} />
      <div style={{ height: '1rem' }} />
      <CommandLine words={['alert', 'silences']} />
    </>
  );
}

function wordsOf({ alert, function: name, owner, tag }: Silence): string {
  return [alert, name, owner && `owner ${owner}`, tag && `tag ${tag}`].filter(Boolean).join(', ') || 'everything';
}
