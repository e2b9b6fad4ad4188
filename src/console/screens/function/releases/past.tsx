import { useApi } from '../../../api/hooks.ts';
import { Panel } from '../../../ui/panel.tsx';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import { StatusBadge, toneOf, wordsOf } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';

/** Releases that are over, with what became of them; nothing where there were none. */
export function Past({ name }: { readonly name: string }) {
  const { data } = useApi('/v1/functions/{name}/releases', { path: { name } });
  const over = data?.releases.filter(({ endedAt }) => endedAt !== undefined) ?? [];
  if (over.length === 0) return null;
  return (
    <Panel title="Releases so far" flush>
      <SimpleTable label="Releases so far" head={['Ended', 'Alias', 'Versions', 'What became of it', 'Why']}>
        {over.map(({ id, endedAt, alias, from, to, state, report, percent }) => (
          <tr key={id}>
            <td>{endedAt !== undefined && <Time at={endedAt} />}</td>
            <td>{alias}</td>
            <td>
              {from} → {to}
            </td>
            <td>
              <StatusBadge tone={toneOf(state)} plain>
                {wordsOf(state)}
              </StatusBadge>
            </td>
            <td>{report?.why ?? (state === 'promoted' ? 'It was no worse' : `Ended at ${percent}%`)}</td>
          </tr>
        ))}
      </SimpleTable>
    </Panel>
  );
}
