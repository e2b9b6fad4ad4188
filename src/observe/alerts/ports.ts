import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { GitOrigin } from '../../model/origin.ts';
import type { Journal } from '../../store/journal.ts';
import type { Store } from '../../store/store.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** What alerts know of a function. */
export interface FunctionFacts {
  readonly name: string;
  readonly owner: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly createdAtMs: number;
}

/** A version as a cause: when it began to serve, and who made it from what. */
export interface VersionFacts {
  readonly version: number;
  readonly createdAtMs: number;
  readonly by?: string;
  /** Made by settings alone: its code is that of the version before. */
  readonly settingsOnly?: true;
  /** What whoever deployed it said of it. */
  readonly message?: string;
  readonly git?: Pick<GitOrigin, 'commit' | 'subject' | 'author' | 'clean'>;
  /** Aliases that give it calls now; '' stands for the function's own name. Absent: not known. */
  readonly servesBy?: readonly string[];
}

/** Functions, as whoever keeps them shows them. */
export interface Functions {
  find(name: string): FunctionFacts | undefined;
  list(): readonly FunctionFacts[];
  /** The newest first, at most 10. */
  versions(name: string): Promise<readonly VersionFacts[]>;
}

/** How one attempt to deliver ended; `final`: trying again is no use. */
export type Attempt =
  | { readonly done: true }
  | { readonly done: false; readonly message: string; readonly final?: boolean; readonly retryAfterMs?: number };

/** What carries notifications out of the node. */
export interface Carriers {
  /** An HTTP POST that follows no redirect, and reaches nothing that it must not. */
  post(
    what: { url: string; body: Uint8Array; contentType: string; headers: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<Attempt>;
  /** A connection for mail, to permitted addresses only. Rejects where there is none. */
  connect(host: string, port: number, signal: AbortSignal): Promise<import('node:net').Socket>;
  /** Sends an event to a function, once for each `id`. Rejects where there is no such function. */
  sendToFunction(name: string, event: { id: string; type: string; data: unknown }): Promise<void>;
}

export interface AlertsOptions {
  readonly store: Pick<Store, 'registry' | 'queue' | 'vault'> & {
    readonly journal: Pick<Journal, 'invocations' | 'logs'>;
  };
  readonly metrics: Pick<Metrics, 'recent' | 'query' | 'list'>;
  readonly functions: Functions;
  readonly carriers: Carriers;
  readonly clock: Clock;
  readonly log: Logger;
  /** How this node is called in messages. */
  readonly nodeName: string;
  /** Metrics reach back before the start of the node: what is absent since is known at once. */
  readonly metricsSurviveRestart?: boolean;
}
