import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import { Time } from '../../../ui/time.tsx';
import { functionPath } from '../paths.ts';

/** The versions that serve: by the function's own name, and by each alias. */
export function Serving({ view: { name } }: { readonly view: FunctionView }) {
  const versions = useApi('/v1/functions/{name}/versions', { path: { name }, query: { limit: 100 } });
  return (
    <Panel
      title="Versions that serve"
      flush
      aside={
        <Anchor component={Link} to={functionPath(name, 'releases')} size="sm">
          Releases
        </Anchor>
      }
    >
      <QueryView query={versions} what="The versions" rows={2}>
        {({ versions: found }) => (
          <SimpleTable label="Versions that serve" head={['Version', 'Called as', 'Made', 'By']}>
            {found
              .filter(({ serves, aliases }) => serves || aliases.length > 0)
              .map(({ version, serves, aliases, createdAt, origin }) => (
                <tr key={version}>
                  <td>
                    <Anchor component={Link} to={functionPath(name, 'code', { version: String(version) })} inherit>
                      {version}
                    </Anchor>
                  </td>
                  <td>
                    {[
                      ...(serves ? [name] : []),
                      ...aliases.map(({ alias, weight }) => `${name}:${alias}${weight < 100 ? ` (${weight}%)` : ''}`),
                    ].join(', ')}
                  </td>
                  <td>
                    <Time at={createdAt} ago />
                  </td>
                  <td>{origin?.by ?? '–'}</td>
                </tr>
              ))}
          </SimpleTable>
        )}
      </QueryView>
    </Panel>
  );
}
