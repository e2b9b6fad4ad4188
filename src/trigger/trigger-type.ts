import type { Logger } from 'pino';
import type { TObject } from 'typebox';
import type { Clock } from '../model/clock.ts';
import type { CloudEvent } from '../model/event.ts';
import type { TraceContext } from '../model/trace.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Prepared } from '../store/prepared.ts';

/**
 * One kind of event source. A type has `start` where the platform goes to the source (a timer, a connection, a
 * built-in service), `receive` where the source calls us (`/hooks/<trigger>`), or both.
 *
 * What a source hands on is acknowledged to it (QoS, offset, receipt) only after `accept` resolved: the events are on
 * disk then. A source that can say an event twice gives each the same CloudEvents `source` and `id` each time.
 */
export interface TriggerType<Options = Record<string, unknown>> {
  readonly name: string;
  /** One line for `fob trigger add --help`. */
  readonly summary: string;
  /** Schema of `options`, with defaults; texts that are secrets have `format: 'secret'`. */
  readonly options: TObject;
  /** The command line's words after the type, such as `rate(5 minutes)`, as options; `invalid_request` says what was expected. */
  parseWords(words: readonly string[]): Partial<Options>;
  /** Words of a usual trigger, for samples that are asked for without any. */
  readonly usualWords: readonly string[];
  /** Options as one line without secrets. */
  describe(options: Options): string;
  /** What the schema cannot say; throws `invalid_request`, or `not_found` for a source that is to be made first. */
  check?(options: Options): void | Promise<void>;
  /** The options as an event would show them, for `fob trigger test` and samples: what the real source would send. */
  sample(options: Options): CloudEvent;
  /** Batches are made of this source's events (default false: one event a run). */
  readonly batches?: boolean;
  /** At most `count` times when it will fire next, up to `untilMs` (default: however far), for types that know. */
  next?(options: Options, afterMs: number, count: number, untilMs?: number): number[];
  /** Resolves when it runs; a source that cannot be reached is no failure: it tries again, and says so by `report`. */
  start?(context: SourceContext<Options>): Promise<RunningSource>;
  /** Answers one HTTP request to the trigger's own address; a `Problem` that it throws becomes the answer. */
  receive?(request: HookRequest, context: SourceContext<Options>): Promise<HookAnswer>;
  /** Whether a trigger with these options has an address of its own; absent: where there is `receive`. */
  isCalled?(options: Options): boolean;
  /** Makes the events of this time range anew, in batches, where the source can. */
  replay?(context: SourceContext<Options>, range: { fromMs: number; toMs: number }): AsyncIterable<SourceEvent[]>;
  /** All triggers of this type that the node had at its start have been started. */
  ready?(): void;
  /** The node ends: lets go of what the triggers of this type share. All of them are stopped. */
  close?(): Promise<void>;
}

export interface SourceContext<Options> {
  readonly trigger: Trigger;
  /** Defaults filled in, secrets opened. */
  readonly options: Options;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts when the source is to stop. */
  readonly signal: AbortSignal;
  /** Filters, maps and hands on, all or none; resolves when they are on disk. Rejects with `storage_full`, `too_large`, `unavailable`. */
  accept(events: readonly SourceEvent[], options?: AcceptOptions): Promise<void>;
  /** What could not be understood: kept as a dead event with the reason, so that the rest flows. */
  quarantine(event: CloudEvent, reason: string): Promise<void>;
  /** A small durable memory of its own, such as an offset. */
  readonly cursor: { load(): Promise<unknown>; save(value: unknown): Promise<void> };
  /** How the source is, for people; `error` is shown as the trigger's last error. */
  report(state: 'running' | 'connecting' | 'failed', error?: string): void;
}

export interface AcceptOptions {
  /** Saved as the trigger's cursor in the same commit: either both are on disk or none. */
  readonly cursor?: unknown;
}

/** What the platform's own sources get beside, so that an event and what it is made of change hands in one commit. */
export interface LocalSourceContext<Options> extends SourceContext<Options> {
  /** What `accept` would do, as parts of a larger commit; `committed` is to be called after it. Throws as `accept` rejects. */
  prepare(events: readonly SourceEvent[], options?: AcceptOptions): Prepared;
  /** What `quarantine` would do, as parts of a larger commit. */
  prepareQuarantine(events: readonly CloudEvent[], reason: string): Prepared;
  /** When it was made, enabled, or its options were changed last: what happened before is none of its business. */
  readonly sinceMs: number;
}

export interface SourceEvent {
  readonly event: CloudEvent;
  /** Ordering key that the source itself has; `orderBy` of the trigger goes before it. */
  readonly key?: string;
  /** The trace that brought it; what the event itself says goes before that. */
  readonly trace?: TraceContext;
}

export interface RunningSource {
  /** Takes nothing more, waits for what is being accepted, and lets go of the source. */
  stop(): Promise<void>;
}

/** A request as it came, for types that are called. */
export interface HookRequest {
  readonly method: string;
  /** What follows the trigger's own address, with a leading `/`, or nothing. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HookAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}
