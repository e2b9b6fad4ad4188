import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useParams } from 'react-router';
import { api } from '../../../api/client.ts';
import { useApi } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';
import { Chips } from '../../../ui/chips.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { RemoveButton } from '../../../ui/confirm-button.tsx';
import { FactGrid } from '../../../ui/fact-grid.tsx';
import { May } from '../../../ui/may.tsx';
import { Page } from '../../../ui/page.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { Time } from '../../../ui/time.tsx';
import { LinkList } from '../link-list.tsx';
import { type ExecutionRole, ExecutionRoleDialog } from './execution-role-dialog.tsx';

/** One execution role: what it grants, and which functions have it. */
export default function ExecutionRolePage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/execution-roles/{name}', { path: { name } });
  return (
    <Page
      title={name}
      lead={query.data?.description || undefined}
      crumbs={[{ title: 'Execution roles', to: '/people/execution-roles' }]}
      actions={query.data && <Actions role={query.data} />}
    >
      <QueryView query={query} what={`The execution role ${name}`}>
        {(role) => (
          <>
            <Panel title="Functions that have it may">
              <Chips names={role.grants} none="nothing yet" />
            </Panel>
            <Panel title="Had by">
              <LinkList names={role.usedBy} to="/functions/" none="No function has it." />
            </Panel>
            <Panel>
              <FactGrid
                facts={[
                  ['May be given by', role.assignableBy.join(', ') || 'whoever may configure the function'],
                  ['Changed', <Time key="at" at={role.updatedAt} ago />],
                  ['By', role.by],
                ]}
              />
            </Panel>
          </>
        )}
      </QueryView>
      <CommandLine words={['execution-role', 'show', name]} />
    </Page>
  );
}

function Actions({ role }: { readonly role: ExecutionRole }) {
  const { name, usedBy } = role;
  const on = `execution-role:${name}`;
  // Whoever writes policies writes all of them, and others those that they own.
  const action = useMay('policy:write', on).allowed ? 'policy:write' : 'role:write';
  const [isChanging, changing] = useDisclosure(false);
  return (
    <>
      <May action={action} on={on}>
        <Button onClick={changing.open}>Change</Button>
      </May>
      <RemoveButton
        of="execution role"
        name={name}
        action={action}
        on={on}
        to="/people/execution-roles"
        command={['execution-role', 'rm', name, ...(usedBy.length > 0 ? ['--force'] : [])]}
        revision={role.revision}
        remove={(precondition) =>
          api.delete('/v1/execution-roles/{name}', {
            path: { name },
            query: { force: usedBy.length > 0 },
            ...precondition,
          })
        }
        touches={['/v1/execution-roles', '/v1/secrets']}
      >
        {usedBy.length === 0
          ? 'No function has it.'
          : `${usedBy.join(', ')} may do only what their own grants say from then on.`}
      </RemoveButton>
      <ExecutionRoleDialog opened={isChanging} onClose={changing.close} role={role} />
    </>
  );
}
