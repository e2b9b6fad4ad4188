import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDownload, IconHistory, IconShieldCheck } from '@tabler/icons-react';
import { urlOf } from '../../api/client.ts';
import { usePages } from '../../api/hooks.ts';
import type { AuditEntry } from '../../api/things.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { ThingLink } from '../../ui/thing-link.tsx';
import { Time } from '../../ui/time.tsx';
import { useNextPage } from '../../ui/use-next-page.ts';
import { useParam } from '../../ui/use-param.ts';
import { EntryDrawer } from './entry-drawer.tsx';
import { FilterBar } from './filter-bar.tsx';
import { commandOf, OUTCOMES, queryOf, useFilters } from './filters.ts';
import { VerifyDialog } from './verify-dialog.tsx';

const PAGE = 200;

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    key: 'time',
    phone: 'end',
    title: 'When',
    width: 'minmax(4.25rem, 7.5rem)',
    cell: ({ time }) => <Time at={time} />,
  },
  { key: 'actor', phone: 'second', title: 'Who', width: 'minmax(3rem, 1fr)', cell: ({ actor }) => actor },
  { key: 'action', phone: 'first', title: 'Did', width: 'minmax(5.5rem, 1.3fr)', cell: ({ action }) => action },
  {
    key: 'subject',
    phone: 'rest',
    title: 'To what',
    width: 'minmax(6rem, 2fr)',
    wide: true,
    cell: ({ subject }) => <ThingLink thing={subject} />,
  },
  {
    key: 'outcome',
    phone: 'second',
    title: 'Outcome',
    width: 'minmax(4.5rem, 6.5rem)',
    cell: (entry) => <Outcome entry={entry} />,
  },
  {
    key: 'from',
    title: 'From',
    width: 'minmax(6rem, 1fr)',
    wide: 'very',
    cell: ({ from }) => String(from?.address ?? ''),
  },
  { key: 'sequence', title: 'Number', width: '4.5rem', align: 'right', wide: 'very', cell: ({ sequence }) => sequence },
];

/** What was done and what was refused: who, what, when, from where, before and after. */
export default function Audit() {
  const filters = useFilters();
  const query = queryOf(filters);
  const found = usePages('/v1/audit', { query: { ...query, limit: PAGE } }, ({ entries }) => entries);
  const more = useNextPage(found);
  const [entry, setEntry] = useParam('entry');
  const [isVerifying, verifying] = useDisclosure(false);
  const isFiltered = Object.keys(query).length > 0;
  return (
    <Page
      title="Audit"
      lead="Everything that was changed or refused, in a chain of hashes that shows whether anything was taken out"
      actions={
        <>
          <May action="audit:read">
            <Button variant="default" leftSection={<IconShieldCheck size={16} aria-hidden />} onClick={verifying.open}>
              Verify the chain
            </Button>
          </May>
          <May action="audit:read">
            <Button
              component="a"
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              href={urlOf('/v1/audit/export', {}, query)}
              download="audit.ndjson"
            >
              Export
            </Button>
          </May>
        </>
      }
    >
      <Panel flush title="Entries" aside={<FilterBar filters={filters} />}>
        <QueryView query={found} what="The audit trail" rows={8}>
          {() => (
            <DataTable
              label="Entries of the audit trail, the newest first"
              rows={found.items}
              columns={COLUMNS}
              rowKey={({ sequence }) => String(sequence)}
              rowHeight={34}
              onOpen={({ sequence }) => setEntry(String(sequence))}
              onEnd={more}
              empty={
                <EmptyState
                  icon={IconHistory}
                  title={isFiltered ? 'Nothing fits these filters' : 'Nothing was changed yet'}
                >
                  {isFiltered
                    ? 'Take a filter away, or look further back.'
                    : 'Each deployment, change and refusal from now on is written down here.'}
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Panel>
      <CommandLine words={commandOf(filters)} />
      <EntryDrawer number={entry} onClose={() => setEntry('')} />
      <VerifyDialog opened={isVerifying} onClose={verifying.close} />
    </Page>
  );
}

function Outcome({ entry }: { readonly entry: AuditEntry }) {
  const { outcome, details } = entry;
  const more = typeof details.repeats === 'number' ? ` ×${details.repeats + 1}` : '';
  return (
    <StatusBadge tone={OUTCOMES[outcome]} plain>
      {`${outcome}${more}`}
    </StatusBadge>
  );
}
