import type {
  AlertChannel,
  AlertRouting,
  AlertRule,
  AlertView,
  ChannelKind,
  DefaultChange,
  NewSilence,
  Severity,
  Silence,
} from '../../model/alert.ts';

/**
 * The alerts of one node: what is watched, what fires, and who is told.
 *
 * Everything that is set, and everything that fires, is on disk before a promise resolves or anybody is told; a restart changes
 * nothing of it. Notifications are delivered at least once, with growing pauses for up to a day.
 *
 * What is set has a revision. A change with `expectedRevision` (0: there must be none) rejects with `conflict` (details:
 * `expectedRevision`, `actualRevision`) where it does not stand there.
 */
export interface HistoryQuery {
  readonly function?: string;
  readonly cursor?: string;
  readonly limit: number;
  /** Leaves out the others. */
  isShown?(record: FiringRecord): boolean;
}

export interface Alerts {
  /** What fires, or is over and not told yet, the gravest first. */
  list(filter?: { readonly function?: string; readonly severity?: Severity }): AlertView[];
  find(id: string): AlertView | undefined;
  /** Of these functions, rules and alerts, the ids of alerts that fire now; without any, all that fire. */
  firing(names?: readonly string[]): string[];
  /** Rejects with `not_found` where it does not fire. */
  acknowledge(id: string, by: string, note?: string): Promise<AlertView>;
  unacknowledge(id: string): Promise<AlertView>;
  /** What fired, the newest first; at most the last 1,000. */
  history(query: HistoryQuery): Promise<{ items: FiringRecord[]; cursor?: string }>;

  rules(): RuleView[];
  findRule(name: string): RuleView | undefined;
  /** Rejects with `invalid_request` for a condition that cannot be read, a metric that nobody has, a channel that is not there. */
  putRule(name: string, rule: AlertRule, by: string, expectedRevision?: number): Promise<RuleView>;
  removeRule(name: string, expectedRevision?: number): Promise<boolean>;

  /** The default rules as they are for all, or for one function, and every change of them by scope. */
  defaults(functionName?: string): DefaultRuleView[];
  defaultChanges(): DefaultChangesView[];
  /** Resolves with what is changed for this scope now. */
  putDefault(
    scope: string,
    rule: string,
    change: DefaultChange,
    expectedRevision?: number,
  ): Promise<DefaultChangesView>;
  /** False where nothing was changed there. */
  resetDefault(scope: string, rule?: string, expectedRevision?: number): Promise<boolean>;

  channels(): ChannelView[];
  /** Resolves with the secret of a webhook where one was made. */
  putChannel(
    name: string,
    channel: AlertChannel,
    expectedRevision?: number,
  ): Promise<{ readonly channel: ChannelView; readonly secret?: string }>;
  removeChannel(name: string, expectedRevision?: number): Promise<boolean>;
  /** Sends a message by a channel, now and once. Rejects with `not_found`, `unavailable` with what the channel said. */
  testChannel(name: string): Promise<void>;
  /** At revision 0 where it was never set. */
  routing(): RoutingView;
  putRouting(routing: AlertRouting, expectedRevision?: number): Promise<RoutingView>;

  silences(): Silence[];
  silence(silence: NewSilence, by: string): Promise<Silence>;
  /** False where there is none. */
  unsilence(id: string): Promise<boolean>;

  /** Hears of each alert that fires, changes or ends; the returned function ends it. */
  subscribe(listener: (alert: AlertView) => void): () => void;
  /** Tells, while something fires, that it was looked at again: its value may be another. The returned function ends it. */
  watch(onLooked: () => void): () => void;
}

export interface RoutingView extends AlertRouting {
  readonly revision: number;
}

/** What is changed of the defaults for one scope. */
interface DefaultChangesView {
  readonly scope: string;
  readonly revision: number;
  readonly rules: Readonly<Record<string, DefaultChange>>;
}

export interface RuleView extends AlertRule {
  readonly name: string;
  readonly revision: number;
  readonly createdAtMs: number;
  readonly by: string;
  /** Which of its alerts fire. */
  readonly firing: readonly string[];
}

interface DefaultRuleView {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly when: string;
  readonly severity: Severity;
  readonly criticalWhen?: string;
}

/** A channel as it is shown: where it leads to, without what would let anybody use it. */
export interface ChannelView {
  readonly name: string;
  readonly revision: number;
  readonly kind: ChannelKind;
  readonly target: string;
  readonly least: Severity;
  readonly createdAtMs: number;
  readonly deliveredAtMs?: number;
  readonly lastError?: { readonly message: string; readonly atMs: number };
  /** Messages that wait to be delivered. */
  readonly waiting: number;
}

/** One time that an alert fired. */
export interface FiringRecord {
  readonly firingId: string;
  readonly id: string;
  readonly rule: string;
  readonly function?: string;
  readonly severity: Severity;
  readonly sinceMs: number;
  readonly resolvedMs?: number;
  readonly condition: string;
  readonly worst: string;
  readonly limit: string;
  readonly cause?: string;
  readonly acknowledgedBy?: string;
}
