import { useNavigate } from 'react-router';
import { useFunctions } from '../../api/functions.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';

/** Every function that one may see. */
export function FunctionsList() {
  const functions = useFunctions();
  const navigate = useNavigate();
  return (
    <Page title="Functions">
      <QueryView query={functions} what="The functions">
        {(found) => (
          <Panel flush>
            <DataTable
              label="Functions"
              rows={found}
              columns={[{ key: 'name', title: 'Name', cell: ({ name }) => name, sort: ({ name }) => name }]}
              rowKey={({ name }) => name}
              onOpen={({ name }) => void navigate(`/functions/${encodeURIComponent(name)}`)}
            />
          </Panel>
        )}
      </QueryView>
      <CommandLine words={['list']} />
    </Page>
  );
}
