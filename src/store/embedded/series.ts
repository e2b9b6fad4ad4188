import type { SeriesAnswer, SeriesLimits, SeriesMinute, SeriesName, SeriesQuery, SeriesStore } from '../series.ts';
import type { WorkerClient } from './rpc.ts';
import type { SeriesOperations } from './series-database.ts';

/** Metrics in `metrics.db`, by the thread that also writes records: neither is in a hurry, and a thread takes memory. */
export class SqliteSeries implements SeriesStore {
  private readonly worker: WorkerClient<SeriesOperations>;

  constructor(worker: WorkerClient<SeriesOperations>) {
    this.worker = worker;
  }

  write(minutes: readonly SeriesMinute[]): Promise<void> {
    const plain = minutes.map(({ series: { kind, metric, labels, unit }, minuteMs, point }) => ({
      series: { kind, metric, labels, unit },
      minuteMs,
      point,
    }));
    return this.worker.call('writeSeries', [plain]);
  }

  read(query: SeriesQuery): Promise<SeriesAnswer> {
    return this.worker.call('readSeries', [query]);
  }

  since(fromMs: number): Promise<SeriesMinute[]> {
    return this.worker.call('seriesSince', [fromMs]);
  }

  own(limit: number): Promise<SeriesName[]> {
    return this.worker.call('ownSeries', [limit]);
  }

  retain(limits: SeriesLimits): Promise<number> {
    return this.worker.call('retainSeries', [limits]);
  }

  stats(): Promise<{ series: number; minutes: number; hours: number; bytes: number }> {
    return this.worker.call('seriesStats', []);
  }
}
