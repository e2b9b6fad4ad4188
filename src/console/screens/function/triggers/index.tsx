import { Button } from '@mantine/core';
import { IconBellRinging, IconPlus } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { useTriggerKinds } from '../../../ui/trigger-form/types.ts';
import { useWords } from '../../../ui/words.ts';
import type { FunctionTabProps } from '../tab-props.ts';
import { TriggerEditor } from './trigger-editor.tsx';
import { TriggerRow } from './trigger-row.tsx';
import { TriggerTest } from './trigger-test.tsx';
import classes from './triggers.module.css';

/** What wakes the function: each with how it is, to be added, changed, paused and tested. */
export default function Triggers({ view: { name } }: FunctionTabProps) {
  const query = useApi('/v1/triggers', { query: { function: name } });
  const { kinds } = useTriggerKinds();
  const [words, setWords] = useWords(['add', 'change', 'test', 'trigger']);
  const found = query.data?.triggers ?? [];
  const changed = found.find((each) => each.name === words.change);
  const tested = found.find((each) => each.name === words.test);
  const add = (
    <May action="trigger:write" on={`function:${name}`}>
      <Button onClick={() => setWords({ add: 'any' }, true)} leftSection={<IconPlus size={16} aria-hidden />}>
        Add a trigger
      </Button>
    </May>
  );
  return (
    <>
      <Panel title="Triggers" flush aside={found.length > 0 && add}>
        <QueryView query={query} what="The triggers">
          {({ triggers }) =>
            triggers.length === 0 ? (
              <EmptyState icon={IconBellRinging} title="Nothing wakes it by itself" action={add}>
                A trigger runs it when a file is uploaded, at set times, for messages, webhooks, rows of a database and
                more. Without one it runs when it is called.
              </EmptyState>
            ) : (
              <ul className={classes.list}>
                {triggers.map((trigger) => (
                  <TriggerRow
                    key={trigger.name}
                    trigger={trigger}
                    isMeant={trigger.name === words.trigger}
                    onChange={() => setWords({ change: trigger.name }, true)}
                    onTest={() => setWords({ test: trigger.name }, true)}
                  />
                ))}
              </ul>
            )
          }
        </QueryView>
      </Panel>
      <CommandLine words={['trigger', 'list', name]} />
      {kinds !== undefined && (words.add !== '' || changed !== undefined) && (
        <TriggerEditor
          key={changed?.name ?? 'new'}
          name={name}
          kinds={kinds}
          trigger={changed}
          type={words.add}
          onType={(type) => setWords({ add: type })}
          onClose={() => setWords({ add: '', change: '' })}
        />
      )}
      {tested !== undefined && (
        <TriggerTest key={tested.name} name={name} trigger={tested} onClose={() => setWords({ test: '' })} />
      )}
    </>
  );
}
