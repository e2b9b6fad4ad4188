import type { FobNode, NodeOptions } from './fob/node.ts';

/** One file in `scenarios/`: something worth measuring, with its goals. */
export interface Scenario {
  /** What `--only` and `--profile` take. */
  readonly name: string;
  readonly title: string;
  /** Runs only where it is named. */
  readonly onlyByName?: boolean;
  run(bench: Bench): Promise<Findings>;
}

/** What a scenario may use. */
export interface Bench {
  /** Fewer and shorter repetitions: to see that it works, not to compare. */
  readonly quick: boolean;
  readonly cores: number;
  /** Tells the person who waits. */
  say(text: string): void;
  /** A new path in the run's temporary folder, which goes when the run ends. */
  path(name: string): string;
  startNode(options?: NodeOptions): Promise<FobNode>;
}

interface Findings {
  readonly rows: readonly Row[];
  /** What stands behind the rows. */
  readonly tables?: readonly Table[];
}

export type Unit = 'req/s' | 'functions/s' | 'µs' | 'ms' | 's' | 'MB' | '%' | 'count';

/** One measured figure, and what it was to be. */
export interface Row {
  readonly measure: string;
  readonly value: number;
  readonly unit: Unit;
  /** What the figure is compared with, in the same unit; the goal is then for the ratio value / reference. */
  readonly reference?: { readonly name: string; readonly value: number };
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
  /** Why the figure must not count, such as failed requests; the goal is then missed. */
  readonly fault?: string;
  readonly note?: string;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
