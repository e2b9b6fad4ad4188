/** What `GET /v1/top` answers. */
export interface TopAnswer {
  readonly windowMs: number;
  readonly functions: readonly TopRow[];
  readonly total: number;
  readonly all: TopRow;
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

export interface TopRow {
  readonly function: string;
  readonly invocations: number;
  readonly callsPerS: number;
  readonly errors: number;
  readonly errorsPerS: number;
  readonly errorRate: number;
  readonly p50Ms?: number;
  readonly p90Ms?: number;
  readonly p99Ms?: number;
  readonly queuedP90Ms?: number;
  readonly memoryShare?: number;
  readonly coldStarts: number;
  readonly throttles: number;
  readonly billedGbS: number;
  readonly concurrency: number;
}
