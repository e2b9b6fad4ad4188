import { performance } from 'node:perf_hooks';
import type { EngineStats, LaneStats } from '../../../engine/api.ts';
import { BYTES_PER_MB } from '../../../model/units.ts';
import {
  counter,
  EXPOSITION_TYPE,
  gauge,
  type Metric,
  renderMetrics,
  type Sample,
} from '../../../observe/exposition.ts';
import { exposedMetrics } from '../../../observe/metrics/exposed.ts';
import type { Journal } from '../../../store/journal.ts';
import type { TriggerView } from '../../../trigger/triggers.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';

/** Everything measurable of the node, for Prometheus. Nothing is sampled between scrapes, so that an idle node stays idle. */
export function addPrometheusRoute(
  app: App,
  { engine, events, store, triggers, metrics: measured, nodeInfo, spanCounts }: DoorContext,
): void {
  app.get(
    '/metrics',
    {
      config: permit('metrics:read'),
      schema: { tags: ['node'], summary: 'Metrics in the Prometheus text format', operationId: 'metrics' },
    },
    async (_request, reply) => {
      const { series, overflowed } = measured.totals();
      const metrics = [
        ...engineMetrics(engine.stats(), engine.list().length),
        ...exposedMetrics(series, overflowed),
        ...eventMetrics(await events.stats()),
        ...triggerMetrics(await triggers.list()),
        ...journalMetrics(await store.journal.stats()),
        ...spanMetrics(spanCounts()),
        ...processMetrics(nodeInfo.version, nodeInfo.startedAtMs),
      ];
      return reply.type(EXPOSITION_TYPE).send(renderMetrics(metrics));
    },
  );
}

function spanMetrics({ dropped, sent, unsent }: ReturnType<DoorContext['spanCounts']>): Metric[] {
  return [
    counter('fob_spans_dropped_total', 'Spans that were not kept because there were too many', dropped),
    counter('fob_spans_exported_total', 'Spans that the collector took', sent),
    counter(
      'fob_spans_unexported_total',
      'Spans that the collector did not take, or that were too many for it',
      unsent,
    ),
  ];
}

function engineMetrics(stats: EngineStats, functionCount: number): Metric[] {
  const each = (samples: (of: EngineStats['functions'][number], labels: { function: string }) => Sample[]): Sample[] =>
    stats.functions.flatMap((of) => samples(of, { function: of.function }));
  return [
    gauge('fob_functions', 'Registered functions', functionCount),
    gauge('fob_invocations_in_flight', 'Invocations that run now', stats.inFlight),
    gauge('fob_invocations_waiting', 'Invocations that wait for a sandbox', stats.waiting),
    gauge('fob_sandboxes', 'Sandboxes that exist now', stats.sandboxes),
    gauge(
      'fob_memory_budget_bytes',
      'Memory that all sandboxes may take together',
      stats.memoryBudgetMb * BYTES_PER_MB,
    ),
    gauge('fob_memory_reserved_bytes', 'Memory that sandboxes have reserved', stats.memoryReservedMb * BYTES_PER_MB),
    {
      name: 'fob_invocations_total',
      help: 'Finished invocations by status',
      type: 'counter',
      samples: each((of, labels) =>
        Object.entries(of.invocations).map(([status, value]) => ({ labels: { ...labels, status }, value })),
      ),
    },
    {
      name: 'fob_cold_starts_total',
      help: 'Invocations that had to start a sandbox',
      type: 'counter',
      samples: each((of, labels) => [{ labels, value: of.coldStarts }]),
    },
    {
      name: 'fob_throttled_total',
      help: 'Invocations refused because a limit was reached',
      type: 'counter',
      samples: each((of, labels) => [{ labels, value: of.throttled }]),
    },
    {
      name: 'fob_function_in_flight',
      help: 'Invocations of the function that run now',
      type: 'gauge',
      samples: each((of, labels) => [{ labels, value: of.inFlight }]),
    },
    {
      name: 'fob_invocation_duration_seconds',
      help: 'How long the function itself took',
      type: 'histogram',
      samples: each(({ duration }, labels) => [
        ...duration.boundsMs.map(
          (boundMs, at): Sample => ({
            suffix: '_bucket',
            labels: { ...labels, le: String(boundMs / 1_000) },
            value: duration.counts[at] ?? 0,
          }),
        ),
        { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: duration.count },
        { suffix: '_sum', labels, value: duration.sumMs / 1_000 },
        { suffix: '_count', labels, value: duration.count },
      ]),
    },
  ];
}

function eventMetrics(lanes: readonly LaneStats[]): Metric[] {
  const each = (value: (lane: LaneStats) => number): Sample[] =>
    lanes.map((lane) => ({ labels: { function: lane.function, lane: lane.lane }, value: value(lane) }));
  const states = ['waiting', 'delayed', 'running', 'dead'] as const;
  return [
    {
      name: 'fob_events',
      help: 'Events that are not delivered, by state',
      type: 'gauge',
      samples: lanes.flatMap((lane) =>
        states.map((state) => ({ labels: { function: lane.function, lane: lane.lane, state }, value: lane[state] })),
      ),
    },
    {
      name: 'fob_event_oldest_age_seconds',
      help: 'Age of the oldest event that is due',
      type: 'gauge',
      samples: each((lane) => lane.oldestAgeMs / 1_000),
    },
    {
      name: 'fob_events_accepted_total',
      help: 'Events accepted',
      type: 'counter',
      samples: each((lane) => lane.accepted),
    },
    {
      name: 'fob_events_delivered_total',
      help: 'Events delivered',
      type: 'counter',
      samples: each((lane) => lane.delivered),
    },
    {
      name: 'fob_event_failed_attempts_total',
      help: 'Attempts to deliver an event that failed',
      type: 'counter',
      samples: each((lane) => lane.failedAttempts),
    },
    {
      name: 'fob_events_lost_total',
      help: 'Events that were given up: dead, too old, or dropped',
      type: 'counter',
      samples: each((lane) => lane.lost),
    },
  ];
}

function triggerMetrics(triggers: readonly TriggerView[]): Metric[] {
  const each = (value: (view: TriggerView) => number): Sample[] =>
    triggers.map((view) => ({ labels: { trigger: view.trigger.name, type: view.trigger.type }, value: value(view) }));
  return [
    {
      name: 'fob_trigger_up',
      help: 'Whether the source of the trigger runs (1), or is connecting, failed or paused (0)',
      type: 'gauge',
      samples: each(({ state }) => (state === 'running' ? 1 : 0)),
    },
    {
      name: 'fob_trigger_lag_seconds',
      help: "Age of the trigger's oldest event that is due",
      type: 'gauge',
      samples: each(({ lagMs }) => lagMs / 1_000),
    },
    {
      name: 'fob_trigger_filtered_total',
      help: 'Events that the filter of the trigger kept out',
      type: 'counter',
      samples: each(({ counts }) => counts.filtered),
    },
  ];
}

function journalMetrics(stats: Awaited<ReturnType<Journal['stats']>>): Metric[] {
  return [
    gauge('fob_journal_invocations', 'Invocation records kept', stats.invocations),
    gauge('fob_journal_log_lines', 'Log lines kept', stats.logLines),
    gauge('fob_journal_bytes', 'Size of records and logs', stats.bytes),
    counter(
      'fob_journal_dropped_total',
      'Log lines and records dropped because the disk was too slow or full',
      stats.dropped,
    ),
  ];
}

function processMetrics(version: string, startedAtMs: number): Metric[] {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    { name: 'fob_info', help: 'The version', type: 'gauge', samples: [{ labels: { version }, value: 1 }] },
    gauge('process_start_time_seconds', 'When the node started, since 1970', startedAtMs / 1_000),
    counter('process_cpu_seconds_total', 'CPU time of the node without its sandboxes', (cpu.user + cpu.system) / 1e6),
    gauge('process_resident_memory_bytes', 'Resident memory of the node without its sandboxes', memory.rss),
    gauge('nodejs_heap_size_used_bytes', 'Used heap', memory.heapUsed),
    gauge('nodejs_external_memory_bytes', 'Memory outside the heap', memory.external),
    gauge(
      'nodejs_eventloop_utilization',
      'Share of time that the event loop was busy since the start, 0 to 1',
      performance.eventLoopUtilization().utilization,
    ),
  ];
}
