import type { CloudEvent } from '../../model/event.ts';
import type { Prepared } from '../../store/prepared.ts';
import type { Watcher } from '../../store/watchers.ts';

/**
 * Named topics: what is published goes to every subscriber, all at once and durably, or to none.
 * Functions subscribe by a trigger of type `topic`; queues and addresses by `subscribe`.
 */
export interface Topics {
  /** Creates; one that exists stays as it is. `conflict` where `expectedRevision` is given and it stands elsewhere (0: there must be none). */
  create(name: string, expectedRevision?: number): Promise<TopicView>;
  find(name: string): Promise<TopicView | undefined>;
  list(): Promise<TopicView[]>;
  remove(name: string, expectedRevision?: number): Promise<boolean>;
  /** `destination`: `queue:<name>`, or an address that gets each event by HTTP POST, with retries. `filter`: an event pattern. */
  subscribe(
    name: string,
    subscription: { destination: string; filter?: Readonly<Record<string, unknown>> },
    expectedRevision?: number,
  ): Promise<Subscription>;
  unsubscribe(name: string, subscriptionId: string, expectedRevision?: number): Promise<boolean>;
  /** Resolves once the events are on disk for every subscriber. An event that was published before (same `source` and `id`) is not sent again. */
  publish(name: string, events: readonly CloudEvent[]): Promise<void>;
  /** What `publish` would do, as parts of a larger commit; call `committed` once they are. */
  prepare(name: string, events: readonly CloudEvent[]): Promise<Prepared>;
  /** Who else wants what is published: triggers register here. The returned function ends it. */
  attach(name: string, subscriber: TopicSubscriber): () => void;
  /** Tells soon to which topics something was published. The returned function ends it. */
  watch(onChange: Watcher): () => void;
}

/** Prepares the hand-over of published events to one more receiver, within the same commit. */
export type TopicSubscriber = (events: readonly CloudEvent[]) => Prepared;

export interface TopicView {
  readonly name: string;
  /** Of its subscriptions. */
  readonly revision: number;
  readonly createdAt: string;
  readonly subscriptions: readonly Subscription[];
  /** Since the node started. */
  readonly published: number;
}

export interface Subscription {
  readonly id: string;
  readonly destination: string;
  readonly filter?: Readonly<Record<string, unknown>>;
}
