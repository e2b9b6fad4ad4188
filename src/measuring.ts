import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Events } from './engine/api.ts';
import type { Dispatcher } from './engine/dispatcher.ts';
import type { Clock } from './model/clock.ts';
import type { Settings } from './model/settings.ts';
import { openMetrics, type RunningMetrics } from './observe/metrics/create-metrics.ts';
import { laneSampler } from './observe/metrics/lanes.ts';
import { OwnMetrics } from './observe/metrics/own.ts';
import { otlpTarget } from './observe/otlp/client.ts';
import type { Store } from './store/store.ts';

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
  /** Measures what does not tell by itself, from now on. `onDead` hears each time of each function that dead events lie there. */
  measure(sources: { dispatcher: Dispatcher; events: Events; onDead: (functionName: string) => void }): Promise<void>;
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
    async measure({ dispatcher, events, onDead }) {
      const gauges = nodeGauges(clock);
      const sampleLanes = laneSampler({
        lanes: () => events.stats(),
        clock,
        lag: (name, trigger, lagMs) => observer.measure('lag', { function: name, trigger }, 'ms', lagMs),
        dead(name, trigger, count) {
          observer.measure('events.deadNow', { function: name, trigger }, 'count', count);
          if (count > 0) onDead(name);
        },
      });
      const labels = { node: hostname() };
      metrics.start(() => {
        dispatcher.takeMostInFlight((name, most) => observer.measure('concurrency', { function: name }, 'count', most));
        const { cpu, memory, loop } = gauges();
        observer.measure('node.cpu', labels, 'cores', cpu);
        observer.measure('node.memory', labels, 'bytes', memory);
        observer.measure('node.loop', labels, 'share', loop);
        observer.measure('node.sandboxes', labels, 'count', dispatcher.sandboxes().length);
        void sampleLanes().catch((error: unknown) => log.error({ err: error }, 'how events wait cannot be measured'));
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
