import { Button, NativeSelect, SegmentedControl, Switch } from '@mantine/core';
import { IconSearch, IconTopologyStar3 } from '@tabler/icons-react';
import { lazy, Suspense, useMemo } from 'react';
import { Link } from 'react-router';
import { useFunctions } from '../../api/functions.ts';
import { useApi } from '../../api/hooks.ts';
import { ANY } from '../../api/may.ts';
import { useAddress } from '../../ui/address.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { TypedInput } from '../../ui/typed-input.tsx';
import { GroupBar } from './group-bar.tsx';
import { closeGroups } from './groups.ts';
import { Legend } from './legend.tsx';
import { litBy } from './lit.ts';
import classes from './map.module.css';
import { MapTable } from './map-table.tsx';
import { type Grouping, type MapAnswer, mapModel, tagsOf } from './model.ts';
import { SidePanel } from './side-panel.tsx';

const MapCanvas = lazy(() => import('./map-canvas.tsx'));
const WINDOWS = [
  { value: '5m', label: 'Last 5 minutes' },
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '6h', label: 'Last 6 hours' },
];
const NO_FUNCTIONS: never[] = [];

/** The map: what wakes, calls and uses what, with the traffic of now. */
export default function MapScreen() {
  const [words, setWords] = useAddress();
  const window = words.get('window') ?? '1h';
  const grouping = (words.get('group') ?? '') as Grouping;
  const find = words.get('find') ?? '';
  const selected = words.get('at') ?? undefined;
  const isTable = words.get('view') === 'table';
  const withSilent = words.get('silent') !== 'no';
  const query = useApi('/v1/map', { query: { window } }, { keepPrevious: true });
  const functions = useFunctions().data ?? NO_FUNCTIONS;
  const answer = query.data;
  const model = useMemo(
    () => (answer === undefined ? undefined : mapModel(answer, functions, grouping, withSilent)),
    [answer, functions, grouping, withSilent],
  );
  const closedKey = words.getAll('closed').join('\n');
  const closed = useMemo(() => new Set(closedKey === '' ? [] : closedKey.split('\n')), [closedKey]);
  // What is searched for is found in closed groups, too, and the table shows all.
  const shown = useMemo(
    () => (model === undefined || isTable || find !== '' ? model : closeGroups(model, closed)),
    [model, isTable, find, closed],
  );
  const lit = useMemo(
    () => (shown === undefined ? new Set<string>() : litBy(shown, find, selected)),
    [shown, find, selected],
  );
  const tags = useMemo(() => tagsOf(functions), [functions]);
  const set = (name: string, value: string | undefined): void =>
    setWords(
      (known) => {
        if (value === undefined || value === '') known.delete(name);
        else known.set(name, value);
        return known;
      },
      { replace: name !== 'at' },
    );
  const setClosed = (groups: readonly string[]): void =>
    setWords(
      (known) => {
        known.delete('closed');
        for (const group of groups) known.append('closed', group);
        return known;
      },
      { replace: true },
    );
  const onSelect = (id: string | undefined) => set('at', id);

  return (
    <Page title="Map" lead={<Lead map={query.data} />}>
      <div className={classes.bar}>
        <TypedInput
          className={classes.find ?? ''}
          aria-label="Find on the map"
          placeholder="Find a function, trigger or service"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={find}
          onText={(text) => set('find', text)}
        />
        <NativeSelect
          aria-label="Time"
          data={WINDOWS}
          value={window}
          onChange={(event) => set('window', event.currentTarget.value)}
        />
        <NativeSelect
          aria-label="Groups"
          value={grouping}
          data={[
            { value: '', label: 'No groups' },
            { value: 'owner', label: 'By owner' },
            ...tags.map((tag) => ({ value: `tag:${tag}`, label: `By tag ${tag}` })),
          ]}
          onChange={(event) => set('group', event.currentTarget.value)}
        />
        <Switch
          size="sm"
          label="What is silent, too"
          checked={withSilent}
          onChange={(event) => set('silent', event.currentTarget.checked ? undefined : 'no')}
        />
        <SegmentedControl
          size="xs"
          aria-label="Shown as"
          data={[
            { value: 'map', label: 'Map' },
            { value: 'table', label: 'Table' },
          ]}
          value={isTable ? 'table' : 'map'}
          onChange={(value) => set('view', value === 'table' ? value : undefined)}
        />
      </div>
      {!isTable && model !== undefined && model.groups.length > 0 && (
        <GroupBar groups={model.groups} closed={closed} onClosed={setClosed} />
      )}
      <Panel flush>
        <QueryView query={query} what="The map" rows={8}>
          {({ countedMs, leftOut }) =>
            shown === undefined || shown.nodes.length === 0 ? (
              <EmptyState
                icon={IconTopologyStar3}
                title={withSilent ? 'Nothing is here yet' : 'All is silent'}
                action={
                  withSilent ? (
                    <May action="function:deploy" on={ANY} orAbsent>
                      <Button component={Link} to="/create">
                        Create a function
                      </Button>
                    </May>
                  ) : (
                    <Button variant="default" onClick={() => set('silent', undefined)}>
                      Show what is silent, too
                    </Button>
                  )
                }
              >
                {withSilent
                  ? 'Create a function and call it, or let something wake it: it appears here within a second.'
                  : 'Nothing was called within this time. Choose a longer time, or show what is silent, too.'}
              </EmptyState>
            ) : (
              <>
                <div className={classes.frame} data-open={selected !== undefined || undefined}>
                  {isTable ? (
                    <MapTable model={shown} lit={lit} onSelect={onSelect} />
                  ) : (
                    <Suspense fallback={<Loading rows={8} />}>
                      <MapCanvas {...{ model: shown, countedMs, selected, lit, onSelect }} />
                    </Suspense>
                  )}
                  {selected !== undefined && <SidePanel {...{ model: shown, selected, window, countedMs, onSelect }} />}
                </div>
                {(leftOut > 0 || shown.hidden > 0) && <Notes leftOut={leftOut} hidden={shown.hidden} />}
              </>
            )
          }
        </QueryView>
      </Panel>
      {!isTable && <Legend />}
      <CommandLine words={['map', '--window', window]} />
      {selected !== undefined && <div className={classes.below} />}
    </Page>
  );
}

function Lead({ map }: { readonly map: MapAnswer | undefined }) {
  const isYoung = map !== undefined && map.countedMs < map.windowMs;
  return (
    <>
      What wakes, calls and uses what, with the traffic of now
      {isYoung && `; counted since the node started, ${formatDuration(map.countedMs)} ago`}
    </>
  );
}

function Notes({ leftOut, hidden }: { leftOut: number; hidden: number }) {
  return (
    <p style={{ margin: 0, padding: '0.5rem 1rem', fontSize: '0.8125rem', borderTop: '1px solid var(--fob-line)' }}>
      {hidden > 0 && `${hidden} functions that nothing happened to are not drawn. `}
      {leftOut > 0 && `${leftOut} invocations were not counted: there are too many connections.`}
    </p>
  );
}
