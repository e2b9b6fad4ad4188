import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRefresh } from '@tabler/icons-react';
import { useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { renew, useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ConfirmButton, RemoveButton } from '../../ui/confirm-button.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { countText } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Time } from '../../ui/time.tsx';
import { GrantPanel } from './grant-panel.tsx';
import { refusedUsers, type SecretView } from './secret.ts';
import { SecretDialog } from './secret-dialog.tsx';
import { UsePanel } from './use-panel.tsx';
import { VersionPanel } from './version-panel.tsx';

/** One secret: who uses it, who may, and its versions; never its value. */
export default function SecretPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/secrets/{name}', { path: { name } });
  return (
    <Page
      title={name}
      lead={query.data?.description || undefined}
      crumbs={[{ title: 'Secrets', to: '/secrets' }]}
      actions={query.data && <Actions secret={query.data} />}
    >
      <QueryView query={query} what={`The secret ${name}`}>
        {(secret) => (
          <>
            <Summary secret={secret} />
            <UsePanel secret={secret} />
            <GrantPanel secret={secret} />
            <VersionPanel secret={secret} />
          </>
        )}
      </QueryView>
      <CommandLine words={['secret', 'show', name]} />
    </Page>
  );
}

function Summary({ secret }: { readonly secret: SecretView }) {
  const newest = secret.versions.at(-1);
  return (
    <Panel>
      <FactGrid
        facts={[
          ['Newest version', secret.version === 0 ? 'has no value yet' : secret.version],
          ['Set', newest && <Time at={newest.createdAt} ago />],
          ['By', newest?.by],
          ['Size', newest && `${newest.bytes} bytes`],
          [
            'In logs and errors',
            newest && (newest.redacted ? 'taken out in every usual form' : 'too short to be taken out safely'),
          ],
          ['Created', <Time key="made" at={secret.createdAt} ago />],
        ]}
      />
    </Panel>
  );
}

function Actions({ secret }: { readonly secret: SecretView }) {
  const [isSetting, setting] = useDisclosure(false);
  const { name, usedBy } = secret;
  const users = [...new Set(usedBy.map((use) => use.function))];
  const on = `secret:${name}`;
  return (
    <>
      <May action="secret:write" on={on}>
        <Button onClick={setting.open}>New value</Button>
      </May>
      <ConfirmButton
        action="secret:write"
        on={on}
        label="Recycle"
        button={{ leftSection: <IconRefresh size={15} aria-hidden />, disabled: users.length === 0 }}
        title={`Start the functions that use ${name} anew?`}
        harmless
        command={['secret', 'recycle', name]}
        onConfirm={async () => {
          const { functions, sandboxes } = await api.post('/v1/secrets/{name}/recycle', { path: { name } });
          await renew('/v1/secrets', '/v1/sandboxes');
          return `${countText(sandboxes, 'sandbox', 'sandboxes')} of ${functions.join(', ')} end as soon as they are idle`;
        }}
      >
        Warm sandboxes of {users.join(', ')} end when what they run is done; new ones have the newest value. No
        invocation is cut off.
      </ConfirmButton>
      <RemoveButton
        of="secret"
        name={name}
        action="secret:write"
        on={on}
        to="/secrets"
        command={['secret', 'rm', name, ...(users.length > 0 ? ['--force'] : [])]}
        revision={secret.revision}
        remove={(precondition) =>
          api.delete('/v1/secrets/{name}', { path: { name }, query: { force: users.length > 0 }, ...precondition })
        }
        touches={['/v1/secrets']}
      >
        All of its versions go, and cannot be brought back.
        {users.length > 0 && ` ${users.join(', ')} cannot be started any more without it.`}
        {refusedUsers(secret).length > 0 && ' Some of these may not have it already.'}
      </RemoveButton>
      <SecretDialog opened={isSetting} onClose={setting.close} secret={secret} />
    </>
  );
}
