import { IconFileText } from '@tabler/icons-react';
import { useNavigate, useSearchParams } from 'react-router';
import { usePages } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { formatCount } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Time } from '../../ui/time.tsx';
import { useNextPage } from '../../ui/use-next-page.ts';

type Stream = Api['GET /v1/logs/streams']['answer']['streams'][number];

const OF_FUNCTION: Column<Stream> = {
  key: 'function',
  phone: 'first',
  title: 'Function',
  width: 'minmax(8rem, 1.4fr)',
  cell: ({ function: name }) => name,
};
const COLUMNS: readonly Column<Stream>[] = [
  {
    key: 'stream',
    phone: 'rest',
    title: 'Stream',
    width: 'minmax(6rem, 2fr)',
    cell: ({ sandboxId }) => <code>{sandboxId}</code>,
  },
  { key: 'version', title: 'Version', width: '4.5rem', align: 'right', wide: true, cell: ({ version }) => version },
  { key: 'first', title: 'First line', width: '8.5rem', wide: 'very', cell: ({ firstMs }) => <Time at={firstMs} /> },
  { key: 'last', phone: 'end', title: 'Last line', width: '6.5rem', cell: ({ lastMs }) => <Time at={lastMs} ago /> },
  {
    key: 'lines',
    title: 'Lines',
    width: '4.5rem',
    align: 'right',
    cell: ({ lines }) => formatCount(lines),
  },
  {
    key: 'invocations',
    title: 'Invocations',
    width: '6rem',
    align: 'right',
    wide: true,
    cell: ({ invocations }) => formatCount(invocations),
  },
];

/** The streams of one function or of all, one a sandbox: the one that was written to last comes first. */
export function Streams({ function: name }: { readonly function?: string }) {
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const of = name ?? (search.get('function') || undefined);
  // The API lists the streams of one function or of all.
  const one = of?.includes(',') ? undefined : of;
  const pages = usePages('/v1/logs/streams', { query: { limit: 200, ...(one && { function: one }) } }, (page) =>
    page.streams.filter((stream) => of === undefined || of.split(',').includes(stream.function)),
  );
  const more = useNextPage(pages);
  const open = ({ sandboxId }: Stream): void => {
    const to = new URLSearchParams({ stream: sandboxId, from: '30d' });
    if (name === undefined && of !== undefined) to.set('function', of);
    const path = name === undefined ? '/logs' : `/functions/${encodeURIComponent(name)}/logs`;
    void navigate(`${path}?${to}`);
  };
  return (
    <>
      <Panel flush>
        {pages.data === undefined ? (
          pages.error === null ? (
            <Loading rows={8} />
          ) : (
            <ErrorState error={pages.error} what="The list of streams" onRetry={() => void pages.refetch()} />
          )
        ) : (
          <DataTable
            label="Streams"
            rows={pages.items}
            columns={name === undefined ? [OF_FUNCTION, ...COLUMNS] : COLUMNS}
            rowKey={({ sandboxId }) => sandboxId}
            onOpen={open}
            onEnd={more}
            empty={
              <EmptyState icon={IconFileText} title="No stream yet">
                Each sandbox in which a function ran has one; call the function, and its stream appears.
              </EmptyState>
            }
          />
        )}
      </Panel>
      <CommandLine words={['logs', ...(one ? [one] : []), '--streams']} />
    </>
  );
}
