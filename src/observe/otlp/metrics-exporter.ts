import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { messageOf } from '../../model/problem.ts';
import { repeat } from '../../model/repeat.ts';
import { recentValue } from '../metrics/recent.ts';
import type { SeriesSet } from '../metrics/series-set.ts';
import { type OtlpTarget, sendOtlp } from './client.ts';
import { metricsBody, type OtlpSource } from './metrics-body.ts';

/** Series in one request. */
const BATCH = 300;
const GAUGE_WINDOW_MS = 60_000;
/** How long the last numbers may take at the end of the node. */
const LAST_MS = 3_000;

interface MetricsExporterOptions {
  readonly target: OtlpTarget;
  readonly set: SeriesSet;
  readonly node: OtlpSource['node'];
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/** Sends all metrics to a collector now and then. A collector that is not there is told once, until it is there again. */
export function startMetricsExporter(options: MetricsExporterOptions): { close(): Promise<void> } {
  const { target, set, node, intervalMs, clock, log } = options;
  const ending = new AbortController();
  let failing = false;

  const send = async (signal: AbortSignal): Promise<void> => {
    const all = [...set.each()];
    const source: OtlpSource = {
      node,
      nowMs: clock.now(),
      gauge: ({ metric, labels }) =>
        recentValue(set, { metric, statistic: 'maximum', windowMs: GAUGE_WINDOW_MS, labels }, clock.now()),
    };
    for (let at = 0; at < all.length; at += BATCH) {
      await sendOtlp(target, 'metrics', metricsBody(all.slice(at, at + BATCH), source), { clock, signal });
      await setImmediate();
    }
  };
  const exportNow = async (signal: AbortSignal): Promise<void> => {
    try {
      await send(signal);
      if (failing) log.info('metrics reach the collector again');
      failing = false;
    } catch (error) {
      if (!failing && !ending.signal.aborted)
        log.warn({ reason: messageOf(error) }, 'metrics do not reach the collector');
      failing = true;
    }
  };
  const stopExporting = repeat(
    clock,
    intervalMs,
    () => exportNow(ending.signal),
    (error) => log.warn({ err: error }, 'exporting metrics failed'),
  );

  return {
    async close() {
      ending.abort();
      await stopExporting();
      if (!failing) await exportNow(AbortSignal.timeout(LAST_MS));
    },
  };
}
