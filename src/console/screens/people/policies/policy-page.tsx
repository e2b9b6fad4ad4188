import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useParams } from 'react-router';
import { api } from '../../../api/client.ts';
import { renew, useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { ConfirmButton, RemoveButton } from '../../../ui/confirm-button.tsx';
import { FactGrid } from '../../../ui/fact-grid.tsx';
import { countText } from '../../../ui/format.ts';
import { May } from '../../../ui/may.tsx';
import { Page } from '../../../ui/page.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import classes from '../people.module.css';
import { type Policy, scopeText, sentencesOf } from './policy.ts';
import { PolicyDialog } from './policy-dialog.tsx';
import { ViolationTable } from './violation-table.tsx';

const TOUCHED = ['/v1/policies', '/v1/audit'];

/** One policy: what it demands, and which functions are not so. */
export default function PolicyPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/policies/{name}', { path: { name } });
  const violations = useApi('/v1/policies/violations');
  const broken = (violations.data?.violations ?? []).flatMap((each) => {
    const those = each.violations.filter(({ policy }) => policy === name);
    return those.length === 0 ? [] : [{ ...each, violations: those }];
  });
  return (
    <Page
      title={name}
      lead={query.data?.description || undefined}
      crumbs={[{ title: 'Policies', to: '/people/policies' }]}
      actions={query.data && <Actions policy={query.data} />}
    >
      <QueryView query={query} what={`The policy ${name}`}>
        {(policy) => (
          <>
            <Panel
              title="Demands"
              aside={
                <StatusBadge tone={policy.mode === 'enforce' ? 'info' : 'notice'}>
                  {policy.mode === 'enforce' ? 'refuses what breaks it' : 'tells what breaks it'}
                </StatusBadge>
              }
            >
              <Text size="sm" mb="xs">
                Of {scopeText(policy.scope)}:
              </Text>
              <ul className={classes.rules}>
                {sentencesOf(policy.rules).map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </Panel>
            <Panel>
              <FactGrid
                facts={[
                  ['Changed', <Time key="at" at={policy.updatedAt} ago />],
                  ['By', policy.by],
                  ['Message', policy.message === '' ? undefined : policy.message],
                ]}
              />
            </Panel>
            <Panel flush title="Functions that break it now">
              <QueryView query={violations} what="What breaks it">
                {() => <ViolationTable violations={broken} />}
              </QueryView>
            </Panel>
          </>
        )}
      </QueryView>
      <CommandLine words={['policy', 'show', name]} />
    </Page>
  );
}

function Actions({ policy }: { readonly policy: Policy }) {
  const { name } = policy;
  const [isChanging, changing] = useDisclosure(false);
  return (
    <>
      <May action="policy:write" on={`policy:${name}`}>
        <Button onClick={changing.open}>Change</Button>
      </May>
      {policy.undoable && (
        <ConfirmButton
          action="policy:write"
          on={`policy:${name}`}
          label="Undo the last change"
          title={`Undo the last change of ${name}?`}
          harmless
          command={['policy', 'undo', name]}
          onConfirm={async () => {
            const { violations } = await api.post('/v1/policies/{name}/undo', { path: { name } });
            await renew(...TOUCHED);
            return `${name} stands as before; ${countText(violations.length, 'function breaks', 'functions break')} it`;
          }}
        >
          What stood before comes back. Undoing again brings this back.
        </ConfirmButton>
      )}
      <RemoveButton
        of="policy"
        name={name}
        action="policy:write"
        on={`policy:${name}`}
        to="/people/policies"
        command={['policy', 'rm', name]}
        revision={policy.revision}
        remove={(precondition) => api.delete('/v1/policies/{name}', { path: { name }, ...precondition })}
        touches={TOUCHED}
      >
        Nothing is checked against it any more.
      </RemoveButton>
      <PolicyDialog opened={isChanging} onClose={changing.close} policy={policy} />
    </>
  );
}
