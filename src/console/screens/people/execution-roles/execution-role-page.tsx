import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useNavigate, useParams } from 'react-router';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import { Chips } from '../../../ui/chips.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { FactGrid } from '../../../ui/fact-grid.tsx';
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
  const navigate = useNavigate();
  const [isChanging, changing] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const remove = useChange(
    () => api.delete('/v1/execution-roles/{name}', { path: { name }, query: { force: usedBy.length > 0 } }),
    ['/v1/execution-roles', '/v1/secrets'],
  );
  return (
    <>
      <Button onClick={changing.open}>Change</Button>
      <Button variant="default" onClick={removing.open}>
        Remove
      </Button>
      <ExecutionRoleDialog opened={isChanging} onClose={changing.close} role={role} />
      <Confirm
        opened={isRemoving}
        onClose={removing.close}
        title={`Remove the execution role ${name}?`}
        verb="Remove"
        typed={name}
        onConfirm={async () => {
          await remove.mutateAsync(undefined);
          notifications.show({ message: `The execution role ${name} is removed` });
          void navigate('/people/execution-roles');
        }}
      >
        {usedBy.length === 0
          ? 'No function has it.'
          : `${usedBy.join(', ')} may do only what their own grants say from then on.`}
        <Group mt="sm">
          <CommandLine words={['execution-role', 'rm', name, ...(usedBy.length > 0 ? ['--force'] : [])]} />
        </Group>
      </Confirm>
    </>
  );
}
