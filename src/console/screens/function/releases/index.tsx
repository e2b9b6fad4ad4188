import { Button } from '@mantine/core';
import { IconPlus, IconTag } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { May } from '../../../ui/may.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { useWords } from '../../../ui/words.ts';
import type { FunctionTabProps } from '../tab-props.ts';
import { AliasEditor } from './alias-editor.tsx';
import { AliasPanel } from './alias-panel.tsx';
import { Past } from './past.tsx';
import { ServedBefore } from './served-before.tsx';
import { StartRelease } from './start-release.tsx';

/** Names for versions: which versions they give their calls to, how a new one is let in, and how to go back. */
export default function Releases({ view }: FunctionTabProps) {
  const { name } = view;
  const aliases = useApi('/v1/functions/{name}/aliases', { path: { name } });
  const versions = useApi('/v1/functions/{name}/versions', { path: { name }, query: { limit: 200 } });
  const mayRelease = useMay('function:release', `function:${name}`).allowed === true;
  const [words, setWords] = useWords(['alias', 'release']);
  const numbers = versions.data?.versions.map(({ version }) => version) ?? [view.version];
  const found = aliases.data?.aliases ?? [];
  const edited = found.find((each) => each.name === words.alias);
  const released = found.find((each) => each.name === words.release);
  const isNew = words.alias === 'new' && edited === undefined;
  const close = () => setWords({ alias: '', release: '' });
  const add = (
    <May action="function:release" on={`function:${name}`}>
      <Button
        onClick={() => setWords({ alias: 'new' }, true)}
        leftSection={<IconPlus size={16} aria-hidden />}
        variant={found.length === 0 ? 'filled' : 'default'}
      >
        New alias
      </Button>
    </May>
  );
  return (
    <>
      <QueryView query={aliases} what="The aliases">
        {({ aliases: all }) =>
          all.length === 0 ? (
            <Panel>
              <EmptyState icon={IconTag} title="No name for a version yet" action={add}>
                Callers that name an alias, such as {name}:prod, get the version that you let them have: a new one all
                at once, for a share of the invocations, or step by step while both are compared.
              </EmptyState>
            </Panel>
          ) : (
            all.map((alias) => (
              <AliasPanel
                key={alias.name}
                view={view}
                alias={alias}
                onEdit={() => setWords({ alias: alias.name }, true)}
                onRelease={() => setWords({ release: alias.name }, true)}
              />
            ))
          )
        }
      </QueryView>
      {found.length > 0 && <div>{add}</div>}
      <ServedBefore view={view} versions={versions.data} />
      <Past name={name} />
      <CommandLine words={['alias', 'list', name]} />
      {mayRelease && (isNew || edited !== undefined) && (
        <AliasEditor key={edited?.name ?? 'new'} view={view} alias={edited} versions={numbers} onClose={close} />
      )}
      {mayRelease && released !== undefined && (
        <StartRelease key={released.name} view={view} alias={released} versions={numbers} onClose={close} />
      )}
    </>
  );
}
