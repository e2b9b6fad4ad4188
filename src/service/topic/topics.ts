import type { CloudEvent } from '../../model/event.ts';
import type { Prepared } from '../../store/prepared.ts';

/**
 * Named topics: what is published goes to every subscriber, all at once and durably, or to none.
 * Functions subscribe by a trigger of type `topic`; queues and addresses by `subscribe`.
 */
export interface Topics {
  create(name: string): Promise<TopicView>;
  find(name: string): Promise<TopicView | undefined>;
  list(): Promise<TopicView[]>;
  remove(name: string): Promise<boolean>;
  /** `destination`: `queue:<name>`, or an address that gets each event by HTTP POST, with retries. `filter`: an event pattern. */
  subscribe(
    name: string,
    subscription: { destination: string; filter?: Readonly<Record<string, unknown>> },
  ): Promise<Subscription>;
  unsubscribe(name: string, subscriptionId: string): Promise<boolean>;
  /** Resolves once the events are on disk for every subscriber. An event that was published before (same `source` and `id`) is not sent again. */
  publish(name: string, events: readonly CloudEvent[]): Promise<void>;
  /** What `publish` would do, as parts of a larger commit; call `committed` once they are. */
  prepare(name: string, events: readonly CloudEvent[]): Promise<Prepared>;
  /** Who else wants what is published: triggers register here. The returned function ends it. */
  attach(name: string, subscriber: TopicSubscriber): () => void;
}

/** Prepares the hand-over of published events to one more receiver, within the same commit. */
export type TopicSubscriber = (events: readonly CloudEvent[]) => Prepared;

export interface TopicView {
  readonly name: string;
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
