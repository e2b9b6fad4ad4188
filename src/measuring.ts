import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Events } from './engine/api.ts';
import type { Dispatcher } from './engine/dispatcher.ts';
import type { Clock } from './model/clock.ts';
import type { Settings } from './model/settings.ts';
import { openMetrics, type RunningMetrics } from './observe/metrics/create-metrics.ts';
import { OwnMetrics } from './observe/metrics/own.ts';
import { otlpTarget } from './observe/otlp/client.ts';
import type { Store } from './store/store.ts';

/** With more lanes than this their lag is measured once a minute instead of every ten seconds. */
const MANY_LANES = 50;
const SAMPLES_A_MINUTE = 6;

interface MeasuringOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the software. */
  readonly version: string;
}

export interface Measuring extends RunningMetrics {
  /** Takes the metrics that functions print. */
  readonly own: OwnMetrics;
  /** Measures what does not tell by itself, from now on. */
  measure(sources: { dispatcher: Dispatcher; events: Events }): Promise<void>;
}

/** Opens the metrics of a node, and measures its gauges. */
export async function openMeasuring(options: MeasuringOptions): Promise<Measuring> {
  const { store, settings, clock, log } = options;
  const metrics = await openMetrics({ store: store.series, settings, clock, log });
  const { observer } = metrics;
  const own = new OwnMetrics({
    set: metrics.series,
    observer,
    now: () => clock.now(),
    onTooMany: (line, what) =>
      store.journal.appendLog({ ...line, stream: 'platform', level: 'warn', text: `[fob] this function has ${what}` }),
  });
  const target = otlpTarget(settings);
  let exporter: { close(): Promise<void> } | undefined;
  return {
    ...metrics,
    own,
    async close() {
      await exporter?.close();
      await metrics.close();
    },
    async measure({ dispatcher, events }) {
      const gauges = nodeGauges(clock);
      const sampleLag = lagSampler(events, (name, trigger, lagMs) =>
        observer.measure('lag', { function: name, trigger }, 'ms', lagMs),
      );
      const labels = { node: hostname() };
      metrics.start(() => {
        dispatcher.takeMostInFlight((name, most) => observer.measure('concurrency', { function: name }, 'count', most));
        const { cpu, memory, loop } = gauges();
        observer.measure('node.cpu', labels, 'cores', cpu);
        observer.measure('node.memory', labels, 'bytes', memory);
        observer.measure('node.loop', labels, 'share', loop);
        observer.measure('node.sandboxes', labels, 'count', dispatcher.sandboxes().length);
        void sampleLag().catch((error: unknown) => log.error({ err: error }, 'the lag of triggers cannot be measured'));
      });
      if (target === undefined) return;
      // Loaded by those who use it.
      const { startMetricsExporter } = await import('./observe/otlp/metrics-exporter.ts');
      const node = { version: options.version, host: hostname() };
      const intervalMs = settings.otlpMetricsIntervalMs;
      exporter = startMetricsExporter({ target, set: metrics.series, node, intervalMs, clock, log });
    },
  };
}

/** What this process took since it was asked last. */
function nodeGauges(clock: Clock): () => { cpu: number; memory: number; loop: number } {
  let before = process.cpuUsage();
  let beforeMs = clock.monotonicMs();
  let loopBefore = performance.eventLoopUtilization();
  return () => {
    const nowMs = clock.monotonicMs();
    const { user, system } = process.cpuUsage(before);
    const loop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(loop, loopBefore);
    const cpu = (user + system) / 1_000 / Math.max(1, nowMs - beforeMs);
    before = process.cpuUsage();
    beforeMs = nowMs;
    loopBefore = loop;
    return { cpu, memory: process.memoryUsage.rss(), loop: utilization };
  };
}

/** Tells the lag of each lane that has one, and once that it has none any more. */
function lagSampler(
  events: Events,
  tell: (functionName: string, trigger: string, lagMs: number) => void,
): () => Promise<void> {
  let lagging = new Set<string>();
  let asking = false;
  let skip = 0;
  return async () => {
    if (asking || skip-- > 0) return;
    asking = true;
    try {
      const lanes = await events.stats();
      skip = lanes.length > MANY_LANES ? SAMPLES_A_MINUTE - 1 : 0;
      const still = new Set<string>();
      for (const { function: name, lane, oldestAgeMs } of lanes) {
        const key = `${name}\n${lane}`;
        if (oldestAgeMs > 0) still.add(key);
        if (oldestAgeMs > 0 || lagging.has(key)) tell(name, lane, oldestAgeMs);
      }
      lagging = still;
    } finally {
      asking = false;
    }
  };
}
