import { SegmentedControl } from '@mantine/core';
import { useNode } from '../../api/session.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { FilterField, matches } from '../../ui/filter-field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { useParam } from '../../ui/use-param.ts';
import { FunctionTable } from './function-table.tsx';
import { MemoryBar } from './memory-bar.tsx';
import { Pools } from './pools.tsx';
import { stateOf } from './sandbox.ts';
import { SandboxTable } from './sandbox-table.tsx';
import { useSandboxes } from './use-sandboxes.ts';

/** Every sandbox that exists: what it runs, how it is, what it takes. */
export function Sandboxes() {
  const { query, sandboxes = [] } = useSandboxes();
  const node = useNode();
  const [filter] = useParam('q');
  const [state, setState] = useParam('state');
  const [by, setBy] = useParam('by', 'sandbox');
  const shown = sandboxes.filter(
    (each) =>
      (state === '' || each.state === state) &&
      matches(filter, each.sandboxId, each.runtime, each.function ?? '', stateOf(each.state).title),
  );
  return (
    <QueryView query={query} what="The sandboxes" rows={8}>
      {() => (
        <>
          <Panel title="Memory of all sandboxes">
            <MemoryBar
              sandboxes={sandboxes}
              budgetMb={Number(node.data?.load.memoryBudgetMb ?? 0)}
              chosen={state}
              onChoose={setState}
            />
          </Panel>
          <Panel
            flush
            title={by === 'function' ? 'By function' : 'Sandboxes'}
            aside={
              <>
                <SegmentedControl
                  size="xs"
                  aria-label="What a row is"
                  data={[
                    { value: 'sandbox', label: 'Each sandbox' },
                    { value: 'function', label: 'By function' },
                  ]}
                  value={by === 'function' ? by : 'sandbox'}
                  onChange={setBy}
                />
                <FilterField label="Filter sandboxes" placeholder="Function, runtime, state, id" />
              </>
            }
          >
            {by === 'function' ? <FunctionTable sandboxes={shown} /> : <SandboxTable sandboxes={shown} />}
          </Panel>
          <Pools />
          <CommandLine words={['top']} />
        </>
      )}
    </QueryView>
  );
}
