import type { TopAnswer as Measured } from '../../observe/metrics/metrics.ts';

/** What `GET /v1/top` answers. */
export interface TopAnswer extends Measured {
  /** To those who may know. */
  readonly node?: {
    readonly version: string;
    readonly state: string;
    readonly uptimeMs: number;
    readonly functions: number;
    readonly inFlight: number;
    readonly waiting: number;
    readonly sandboxes: number;
    readonly memoryBudgetMb: number;
    readonly memoryReservedMb: number;
    readonly cpuCores: number;
    readonly loopShare: number;
    readonly memoryBytes: number;
    readonly machine: {
      readonly cores: number;
      readonly loadAverage: readonly number[];
      readonly memoryBytes: number;
      readonly freeMemoryBytes: number;
    };
  };
}
