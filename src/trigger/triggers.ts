import type { CloudEvent } from '../model/event.ts';
import type { Trigger } from '../model/trigger.ts';
import type { HookAnswer, HookRequest, TriggerType } from './trigger-type.ts';

/** All triggers of a node: documents in the registry, sources that run. */
export interface Triggers {
  types(): readonly TriggerType[];
  /** `not_found` for an unknown function or type, `invalid_request` for options that do not fit, `conflict` for a name that is taken, and for the same once more without a name. */
  create(trigger: NewTrigger): Promise<TriggerView>;
  /**
   * Replaces what is given; `null` removes. A secret that is given as it is shown stays. `not_found`,
   * `precondition_failed` where it no longer stands at `expectedRevision`.
   */
  update(name: string, change: TriggerChange, expectedRevision?: number): Promise<TriggerView>;
  find(name: string): Promise<TriggerView | undefined>;
  /** With `nextUntilMs`, schedules have their next times up to then, as far as bounds on their number let them. */
  list(filter?: { function?: string; type?: string; nextUntilMs?: number }): Promise<TriggerView[]>;
  /** Its undelivered events stay in their lane, and are delivered or dropped there. */
  remove(name: string, expectedRevision?: number): Promise<boolean>;
  /** Sends a sample (or the given event) through filter, mapping and shape, and runs the function with it now, unless `dryRun`. */
  test(name: string, options: { event?: CloudEvent; dryRun?: boolean; signal?: AbortSignal }): Promise<TriggerTest>;
  /**
   * Delivers again and returns how many. `state: 'dead'`: the dead events that ended in this time range. Otherwise the
   * source makes the events of the range anew, for the content of delivered ones is not kept; `invalid_request` where it cannot.
   */
  replay(name: string, range: { fromMs: number; toMs: number; state?: 'dead' }): Promise<number>;
  /** Hands a request to the trigger's own address to its type; `not_found` where there is none such. */
  receive(name: string, request: HookRequest): Promise<HookAnswer>;
  /** The documents of a type, kept fresh in memory, with secrets opened: for doors that route by them. */
  enabled(type: string): readonly Trigger[];
  /** Ends all sources. */
  close(): Promise<void>;
}

export type NewTrigger = Omit<Trigger, 'name' | 'enabled' | 'options'> & {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly options?: Trigger['options'];
  /** What people write after the type, such as `rate(5 minutes)`: makes up options that are not given. */
  readonly words?: readonly string[];
};

export interface TriggerChange {
  readonly function?: string;
  readonly options?: Trigger['options'];
  readonly filter?: Trigger['filter'] | null;
  readonly mapping?: unknown;
  readonly orderBy?: string | null;
  readonly delivery?: Trigger['delivery'] | null;
  readonly enabled?: boolean;
}

export interface TriggerView {
  /** Secrets in its options are replaced by `(secret)`. */
  readonly trigger: Trigger;
  readonly revision: number;
  readonly createdAt: string;
  /** One line, such as `rate(5 minutes)`. */
  readonly summary: string;
  readonly state: 'running' | 'connecting' | 'failed' | 'paused';
  readonly lastError?: { readonly message: string; readonly atMs: number };
  readonly lastEventAtMs?: number;
  /** Since the node started: taken in, kept out by the filter, delivered, failed for good. */
  readonly counts: {
    readonly accepted: number;
    readonly filtered: number;
    readonly delivered: number;
    readonly lost: number;
  };
  readonly waiting: number;
  /** Age of the oldest event that is due, in milliseconds. */
  readonly lagMs: number;
  /** Next times, for schedules. */
  readonly next?: readonly number[];
  /** There are more of them up to the time that was asked for. */
  readonly nextCut?: true;
  /** Path of its own address, for those that are called. */
  readonly path?: string;
}

export interface TriggerTest {
  readonly event: CloudEvent;
  readonly matched: boolean;
  /** What the function gets, as JSON. */
  readonly payload?: unknown;
  readonly run?: {
    readonly invocationId: string;
    readonly status: string;
    readonly result?: unknown;
    readonly error?: string;
  };
}
