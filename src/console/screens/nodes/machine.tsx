import { Title } from '@mantine/core';
import { useApi } from '../../api/hooks.ts';
import type { NodeView } from '../../api/things.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { formatBytes, formatCount, formatDuration, formatShare } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { closerRange, useTimeRange } from '../../ui/range.ts';
import { StatusBadge, toneOf } from '../../ui/status-badge.tsx';
import { TimeChart } from '../../ui/time-chart.tsx';
import { TimeRange } from '../../ui/time-range.tsx';
import classes from './nodes.module.css';
import { cpuText } from './sandbox-table.tsx';

const CHARTS = [
  { metric: 'node.cpu', title: 'CPU of the node', format: cpuText },
  { metric: 'node.memory', title: 'Memory of the node', format: formatBytes, bytes: true },
  { metric: 'node.loop', title: 'Share of time that its event loop works', format: formatShare },
  { metric: 'node.sandboxes', title: 'Sandboxes', format: (value: number) => formatCount(Math.round(value)) },
];

/** The machine and the node's process on it: now, and over time. */
export default function Machine() {
  const node = useApi('/v1/node', { query: { usage: true } });
  return (
    <>
      <QueryView query={node} what="The node">
        {(found) => {
          const view = found as unknown as NodeView;
          const { machine, load, memory } = view;
          return (
            <Panel title="The node" aside={<StatusBadge tone={toneOf(view.state)}>{view.state}</StatusBadge>}>
              <FactGrid
                facts={[
                  ['Version', view.version],
                  ['Up', formatDuration(view.uptimeMs)],
                  ['Isolation', view.sandbox],
                  ['Functions', formatCount(view.functions)],
                  ['Invocations running', load.inFlight],
                  ['Invocations waiting', load.waiting],
                  ['Load of the machine', load.loadAverage.map((each) => each.toFixed(1)).join(' · ')],
                  ['Cores', machine?.cores],
                  [
                    'Memory of the machine',
                    machine &&
                      `${formatBytes(machine.memoryBytes - machine.freeMemoryBytes)} of ${formatBytes(machine.memoryBytes)}`,
                  ],
                  ['Memory of the node', formatBytes(memory.rss)],
                  ['Node.js', view.platform.node],
                  ['System', `${view.platform.os} ${view.platform.arch}`],
                ]}
              />
            </Panel>
          );
        }}
      </QueryView>
      <Charts />
      <CommandLine words={['metrics', 'query', 'node.cpu']} />
    </>
  );
}

/** The part of time that is shown where the URL says none. */
const USUAL = '3h';

function Charts() {
  const { range, setRange } = useTimeRange(USUAL);
  const query = useApi(
    '/v1/metrics/query',
    { query: { metric: CHARTS.map(({ metric }) => metric), statistic: 'average', ...range } },
    { keepPrevious: true },
  );
  return (
    <Panel title="Over time" aside={<TimeRange range={range} onRange={setRange} />}>
      <QueryView query={query} what="The metrics of the node">
        {({ metrics }) => (
          <div className={classes.charts}>
            {CHARTS.map(({ metric, title, format, bytes = false }) => {
              const found = metrics.find((each) => each.metric === metric);
              const [points, ...others] = found?.series ?? [];
              const timesMs = points?.points.map(([atMs]) => atMs!) ?? [];
              const nodes = points === undefined ? [] : [points, ...others];
              return (
                <section key={metric} aria-label={title}>
                  <Title order={3} size="sm" mb={6}>
                    {title}
                  </Title>
                  <TimeChart
                    label={title}
                    timesMs={timesMs}
                    format={format}
                    height={150}
                    sync="node"
                    onRange={(fromMs, toMs) => setRange(closerRange(fromMs, toMs))}
                    onWhole={() => setRange({ from: USUAL })}
                    bytes={bytes}
                    series={nodes.map(({ labels, points: values }) => ({
                      label: labels.node ?? 'this node',
                      values: valuesAt(timesMs, values),
                    }))}
                  />
                </section>
              );
            })}
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

function valuesAt(timesMs: readonly number[], points: readonly number[][]): (number | null)[] {
  const at = new Map(points.map(([atMs, value]) => [atMs, value]));
  return timesMs.map((timeMs) => at.get(timeMs) ?? null);
}
