import { Anchor, Button, Select } from '@mantine/core';
import { IconChartLine, IconZoomOut } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo } from 'react';
import { Link, useNavigate } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { ErrorState } from '../../../ui/error-state.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { ageMs, closerRange, type TimeRange as Range, rangeWords, useTimeRange } from '../../../ui/range.ts';
import { TimeChart } from '../../../ui/time-chart.tsx';
import { TimeRange } from '../../../ui/time-range.tsx';
import { useUsualRange } from '../../../ui/usual-range.ts';
import { useWords } from '../../../ui/words.ts';
import { functionPath } from '../paths.ts';
import type { FunctionTabProps } from '../tab-props.ts';
import { CHARTS, type ChartKind, seriesOf } from './charts.ts';
import { Happened } from './happened.tsx';
import { type Happening, useHappenings } from './happenings.ts';
import { type Comparison, comparisonOf, type Measures, useMeasures } from './measures.ts';
import classes from './monitoring.module.css';

/** How far back one looks first, at most. */
const LONGEST = '3h';

/** What was measured of the function, over time, and what happened to it meanwhile; where the URL says no time, since it was called first. */
export default function Monitoring({ view }: FunctionTabProps) {
  const usual = useUsualRange(LONGEST, view.name);
  const [{ from }, change] = useWords(['from']);
  useEffect(() => {
    if (from === '' && usual !== undefined) change({ from: usual });
  }, [from, usual, change]);
  if (from === '') return <Loading rows={12} rowHeight={24} />;
  return <Measured name={view.name} usual={usual ?? from} />;
}

function Measured({ name, usual }: { readonly name: string; readonly usual: string }) {
  const { range, setRange } = useTimeRange('');
  const [words, change] = useWords(['version', 'compare']);
  const version = /^[1-9]\d{0,8}$/.test(words.version) ? Number(words.version) : undefined;
  const comparison = comparisonOf(words.compare);
  const { query, measures, compared } = useMeasures(name, range, version, comparison);
  const happenings = useHappenings(name, measures?.fromMs ?? 0, measures?.toMs ?? 0);
  const whole = rangeWords({ from: usual });
  const isWhole = range.to === undefined && ageMs(range.from) !== undefined;
  const zoom = (fromMs: number, toMs: number): void => setRange(closerRange(fromMs, toMs));
  return (
    <>
      <div className={classes.bar}>
        <Versions name={name} version={words.version} compare={words.compare} onChange={(to) => change(to, true)} />
        <span className={classes.space} />
        {!isWhole && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconZoomOut size={15} stroke={1.6} aria-hidden />}
            onClick={() => setRange({ from: usual })}
          >
            {whole}
          </Button>
        )}
        <TimeRange range={range} onRange={setRange} />
      </div>
      {measures === undefined ? (
        query.error === null ? (
          <Loading rows={12} rowHeight={24} />
        ) : (
          <ErrorState error={query.error} what="What was measured" onRetry={() => void query.refetch()} />
        )
      ) : (
        <>
          {isEmpty(measures) && <Nothing name={name} onLonger={() => setRange({ from: '30d' })} />}
          <div className={classes.charts} aria-busy={query.isPlaceholderData}>
            {CHARTS.map((kind) => (
              <Chart
                key={kind.title}
                kind={kind}
                name={name}
                version={version}
                measures={measures}
                compared={compared}
                comparison={comparison}
                happenings={happenings}
                onRange={zoom}
                onWhole={() => setRange({ from: usual })}
              />
            ))}
          </div>
          <p className={classes.help}>
            Drag to look closer, Shift and drag to move, double click for the {whole.toLowerCase()}; arrow keys,{' '}
            <kbd>+</kbd>, <kbd>−</kbd> and Escape do the same. A click on a point shows the invocations behind it.
          </p>
          <Happened name={name} happenings={happenings} />
        </>
      )}
      <CommandLine words={commandOf(name, range, version)} />
    </>
  );
}

/** The overview of `fob metrics` is of an age and of all versions; all else is asked for by name. */
function commandOf(name: string, { from, to }: Range, version: number | undefined): string[] {
  if (to === undefined && ageMs(from) !== undefined && version === undefined) return ['metrics', name, '--since', from];
  const by = version === undefined ? [] : ['--by', 'version'];
  const until = to === undefined ? [] : ['--to', to];
  return [
    'metrics',
    'query',
    'invocations',
    'errors',
    'duration:p90',
    '--function',
    name,
    ...by,
    '--from',
    from,
    ...until,
  ];
}

interface ChartProps {
  readonly kind: ChartKind;
  readonly name: string;
  readonly version: number | undefined;
  readonly measures: Measures;
  readonly compared: Measures | undefined;
  readonly comparison: Comparison;
  readonly happenings: readonly Happening[];
  readonly onRange: (fromMs: number, toMs: number) => void;
  readonly onWhole: () => void;
}

function Chart({ kind, name, version, measures, compared, comparison, happenings, onRange, onWhole }: ChartProps) {
  const navigate = useNavigate();
  const label = comparison.kind === 'none' ? '' : comparison.label;
  const series = useMemo(() => seriesOf(kind, measures, compared, label), [kind, measures, compared, label]);
  const { fromMs, toMs, stepMs, timesMs } = measures;
  const window = {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    ...(version !== undefined && { version: String(version) }),
  };
  const open = useCallback(
    (atMs: number) => {
      const from = fromMs + Math.floor((atMs - fromMs) / stepMs) * stepMs;
      const query = {
        from: new Date(from).toISOString(),
        to: new Date(from + stepMs).toISOString(),
        ...(version !== undefined && { version: String(version) }),
        ...kind.opens,
      };
      void navigate(functionPath(name, 'invocations', query));
    },
    [navigate, name, version, kind, fromMs, stepMs],
  );
  return (
    <Panel
      title={
        <>
          {kind.title} {kind.hint !== undefined && <span className={classes.hint}>{kind.hint}</span>}
        </>
      }
      aside={
        <Anchor
          component={Link}
          to={functionPath(name, 'invocations', { ...window, ...kind.opens })}
          className={classes.sum ?? ''}
          aria-label={`${kind.title}: ${kind.sum(measures)}. Show the invocations behind it`}
        >
          {kind.sum(measures)}
        </Anchor>
      }
    >
      <TimeChart
        label={kind.title}
        timesMs={timesMs}
        series={series}
        format={kind.format}
        markers={happenings}
        listsMarkers={false}
        range={measures}
        height={168}
        sync="monitoring"
        onRange={onRange}
        onWhole={onWhole}
        onPick={open}
        {...(kind.whole && { whole: true })}
        {...(kind.top !== undefined && { top: kind.top })}
      />
    </Panel>
  );
}

interface VersionsProps {
  readonly name: string;
  readonly version: string;
  readonly compare: string;
  readonly onChange: (words: { version?: string; compare?: string }) => void;
}

/** Of which version, and with what it is compared. */
function Versions({ name, version, compare, onChange }: VersionsProps) {
  const versions = useApi('/v1/functions/{name}/versions', { path: { name }, query: { limit: 200 } });
  const numbers = (versions.data?.versions ?? []).map((each) => each.version);
  return (
    <>
      <Select
        size="xs"
        className={classes.choice ?? ''}
        aria-label="Version"
        data={[
          { value: '', label: 'All versions' },
          ...numbers.map((number) => ({ value: String(number), label: `Version ${number}` })),
        ]}
        value={version}
        allowDeselect={false}
        onChange={(value) => onChange({ version: value ?? '' })}
        searchable
        limit={50}
      />
      <Select
        size="xs"
        className={classes.choice ?? ''}
        aria-label="Compare with"
        data={[
          { value: '', label: 'Not compared' },
          { value: 'day', label: 'With a day before' },
          { value: 'week', label: 'With a week before' },
          ...numbers.map((number) => ({ value: `v${number}`, label: `With version ${number}` })),
        ]}
        value={compare}
        allowDeselect={false}
        onChange={(value) => onChange({ compare: value ?? '' })}
        searchable
        limit={50}
      />
    </>
  );
}

function isEmpty({ values }: Measures): boolean {
  return (values.get('invocations') ?? []).every((value) => !value);
}

function Nothing({ name, onLonger }: { readonly name: string; readonly onLonger: () => void }) {
  return (
    <Panel>
      <EmptyState
        icon={IconChartLine}
        title={`${name} was not called in this time`}
        action={
          <Button variant="default" onClick={onLonger}>
            Look at the last 30 days
          </Button>
        }
      >
        Invoke it from its tab Test, or look at a longer time.
      </EmptyState>
    </Panel>
  );
}
