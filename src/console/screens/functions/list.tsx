import { Anchor, Button, Select, Text } from '@mantine/core';
import { IconFilterOff, IconPlus, IconSearch } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useRef } from 'react';
import { Link, useNavigate } from 'react-router';
import { useFunctions } from '../../api/functions.ts';
import { ANY } from '../../api/may.ts';
import type { FunctionView, TopEntry } from '../../api/things.ts';
import { useTop } from '../../api/top.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { countText, formatCount } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { TypedInput } from '../../ui/typed-input.tsx';
import { useWords } from '../../ui/words.ts';
import { functionPath } from '../function/paths.ts';
import { COLUMNS, type Row } from './columns.tsx';
import { HEALTH, healthOf } from './health.ts';
import classes from './list.module.css';
import { NoFunctions } from './no-functions.tsx';
import { holds, tagsOf, textOf } from './search.ts';

/** As far back as this is kept at hand for all functions. */
const WINDOW = '10m';
const FILTERS = ['q', 'health', 'runtime', 'owner', 'tag'] as const;
type Filters = Readonly<Record<(typeof FILTERS)[number], string>>;

/** Every function that one may see, found by words and filters that stand in the URL. */
export function FunctionsList() {
  const functions = useFunctions();
  return (
    <Page
      title="Functions"
      lead="What runs here, and how it did in the last ten minutes"
      actions={
        <May action="function:deploy" on={ANY}>
          <Button component={Link} to="/create" leftSection={<IconPlus size={16} aria-hidden />}>
            Create a function
          </Button>
        </May>
      }
    >
      <QueryView query={functions} what="The functions" rows={10}>
        {(found) =>
          found.length === 0 ? (
            <Panel>
              <NoFunctions />
            </Panel>
          ) : (
            <Found functions={found} />
          )
        }
      </QueryView>
    </Page>
  );
}

function Found({ functions }: { readonly functions: readonly FunctionView[] }) {
  const navigate = useNavigate();
  const [filters, setFilters] = useWords(FILTERS);
  const top = useTop(WINDOW, { refetchOnMount: 'always' });
  const isAsked = useRef(false);
  isAsked.current ||= !top.isFetching;
  // What is left of an earlier visit may be over by now.
  const tops = isAsked.current ? (top.data?.functions as TopEntry[] | undefined) : undefined;
  const wanted = useDeferredValue(filters);
  const rows = useMemo(() => {
    const byName = new Map(tops?.map((each) => [each.function, each]));
    return functions.map((view): Row => ({ view, top: byName.get(view.name), isMeasured: tops !== undefined }));
  }, [functions, tops]);
  const found = useMemo(() => rows.filter((row) => matches(row, wanted)), [rows, wanted]);
  const isFiltered = FILTERS.some((name) => filters[name] !== '');
  return (
    <>
      <div className={classes.filters}>
        <TypedInput
          label="Find"
          placeholder="Name, description or tag"
          value={filters.q}
          onText={(q) => setFilters({ q })}
          leftSection={<IconSearch size={15} aria-hidden />}
          type="search"
        />
        <Choice
          label="Health"
          value={filters.health}
          values={Object.entries(HEALTH).map(([value, { word }]) => ({ value, label: word }))}
          onChange={(health) => setFilters({ health })}
        />
        <Choice
          label="Runtime"
          value={filters.runtime}
          values={distinct(functions, ({ config }) => config.runtime)}
          onChange={(runtime) => setFilters({ runtime })}
        />
        <Choice
          label="Owner"
          value={filters.owner}
          values={distinct(functions, ({ config }) => config.owner)}
          onChange={(owner) => setFilters({ owner })}
        />
        {filters.tag !== '' && (
          <Button variant="default" onClick={() => setFilters({ tag: '' })}>
            Tag {filters.tag} ×
          </Button>
        )}
        <Text size="sm" c="dimmed" className={classes.count ?? ''} role="status">
          {isFiltered
            ? `${formatCount(found.length)} of ${formatCount(rows.length)}`
            : countText(rows.length, 'function')}
        </Text>
      </div>
      <Panel flush>
        <DataTable
          label="Functions"
          rows={found}
          columns={COLUMNS}
          rowKey={({ view }) => view.name}
          rowHeight={46}
          initialSort={{ key: 'name' }}
          onOpen={({ view }) => void navigate(functionPath(view.name))}
          empty={
            <EmptyState icon={IconFilterOff} title="No function is like that">
              <Anchor component="button" inherit onClick={() => setFilters(NONE)}>
                Take the filters away
              </Anchor>
            </EmptyState>
          }
        />
      </Panel>
      <CommandLine
        words={[
          'list',
          ...(filters.runtime === '' ? [] : ['--runtime', filters.runtime]),
          ...(filters.owner === '' ? [] : ['--owner', filters.owner]),
          ...(filters.tag === '' ? [] : ['--tag', filters.tag]),
        ]}
      />
    </>
  );
}

const NONE: Filters = { q: '', health: '', runtime: '', owner: '', tag: '' };

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly (string | { value: string; label: string })[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, values, onChange }: ChoiceProps) {
  if (values.length < 2 && value === '') return null;
  return (
    <Select
      label={label}
      placeholder="Any"
      data={values}
      value={value || null}
      onChange={(next) => onChange(next ?? '')}
      clearable
      searchable={values.length > 8}
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
      w={150}
    />
  );
}

function distinct(functions: readonly FunctionView[], of: (view: FunctionView) => string): string[] {
  return [...new Set(functions.map(of))].filter((each) => each !== '').sort();
}

function matches({ view, top, isMeasured }: Row, { q, health, runtime, owner, tag }: Filters): boolean {
  const { config } = view;
  if (runtime !== '' && config.runtime !== runtime) return false;
  if (owner !== '' && config.owner !== owner) return false;
  if (health !== '' && (!isMeasured || healthOf(top) !== health)) return false;
  if (tag !== '' && !tagsOf(config).includes(tag) && !Object.hasOwn(config.tags, tag)) return false;
  return q === '' || holds(textOf(view), q);
}
