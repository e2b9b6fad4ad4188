import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { CloudEvent } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';
import type { CommitPart } from '../../store/commit.ts';
import { Documents } from '../../store/documents.ts';
import type { Store } from '../../store/store.ts';
import { Watchers } from '../../store/watchers.ts';
import type { DeliverTo } from './deliveries.ts';
import { checkEvents, checkSubscription, checkTopicName, type Filter } from './topic-rules.ts';
import type { Subscription, TopicSubscriber, Topics, TopicView } from './topics.ts';

const PREFIX = 'topic/';
const MAX_TOPICS = 10_000;
const MAX_SUBSCRIPTIONS = 500;

interface TopicDocument {
  readonly createdAt: string;
  readonly subscriptions: readonly Subscription[];
}

interface TopicsOptions {
  readonly store: Pick<Store, 'registry' | 'commit'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly deliverTo: DeliverTo;
  /** Makes an event pattern into a test; throws `invalid_request` where it is none. */
  readonly compileFilter: (pattern: Readonly<Record<string, unknown>>) => Filter;
}

/** Opens the topics over a store: each with its subscriptions is a document `topic/<name>` of the registry. */
export async function openTopics(options: TopicsOptions): Promise<Topics & { close(): void }> {
  const { store, clock, log, deliverTo, compileFilter } = options;
  const documents = await Documents.open<TopicDocument>(store.registry, PREFIX);
  const published = new Map<string, number>();
  const attached = new Map<string, Set<TopicSubscriber>>();
  const watchers = new Watchers((err) => log.error({ err }, 'a watcher of the topics failed'));
  /** By the subscription as it is held in memory, so that a pattern is compiled once. */
  const filters = new WeakMap<Subscription, Filter>();

  const found = (name: string): TopicDocument => {
    const document = documents.find(name);
    if (document !== undefined) return document;
    throw new Problem('not_found', `there is no topic "${name.slice(0, 150)}"; create it first`);
  };
  const viewOf = (name: string, document: TopicDocument): TopicView => ({
    name,
    revision: documents.revisionOf(name),
    ...document,
    published: published.get(name) ?? 0,
  });
  const wantedBy = (subscription: Subscription, events: readonly CloudEvent[]): readonly CloudEvent[] => {
    if (subscription.filter === undefined) return events;
    const filter = filters.get(subscription) ?? compileFilter(subscription.filter);
    filters.set(subscription, filter);
    return events.filter(filter);
  };

  const prepare: Topics['prepare'] = async (name, events) => {
    const { subscriptions } = found(name);
    checkEvents(events);
    const parts: CommitPart[] = subscriptions.flatMap((subscription) =>
      wantedBy(subscription, events).map((event) => deliverTo(name, subscription, event)),
    );
    const prepared = [...(attached.get(name) ?? [])].map((subscriber) => subscriber(events));
    return {
      parts: parts.concat(prepared.flatMap((each) => each.parts)),
      committed() {
        published.set(name, (published.get(name) ?? 0) + events.length);
        for (const each of prepared) each.committed();
        watchers.changed(name);
      },
    };
  };

  return {
    async create(name, expectedRevision) {
      checkTopicName(name);
      if (documents.find(name) === undefined && documents.list().length >= MAX_TOPICS) {
        throw new Problem('invalid_request', `there are ${MAX_TOPICS} topics already; remove some first`);
      }
      const fresh = { createdAt: new Date(clock.now()).toISOString(), subscriptions: [] };
      const known = expectedRevision === undefined ? documents.find(name) : undefined;
      return viewOf(name, known ?? (await documents.update(name, (current) => current ?? fresh, expectedRevision)));
    },
    async find(name) {
      const document = documents.find(name);
      return document && viewOf(name, document);
    },
    list: async () => documents.list().map(([name, document]) => viewOf(name, document)),
    async remove(name, expectedRevision) {
      const removed = await documents.remove(name, expectedRevision);
      published.delete(name);
      return removed;
    },
    async subscribe(name, { destination, filter }, expectedRevision) {
      found(name);
      checkSubscription(destination);
      if (filter !== undefined) compileFilter(filter);
      const wanted: Subscription = { id: randomUUID(), destination, ...(filter !== undefined && { filter }) };
      const extended = (current: TopicDocument | undefined): TopicDocument => {
        if (current === undefined) throw new Problem('not_found', `the topic "${name}" was removed meanwhile`);
        if (current.subscriptions.some((each) => isSame(each, wanted))) return current;
        if (current.subscriptions.length >= MAX_SUBSCRIPTIONS) {
          throw new Problem('invalid_request', `a topic has at most ${MAX_SUBSCRIPTIONS} subscriptions`);
        }
        return { ...current, subscriptions: [...current.subscriptions, wanted] };
      };
      const { subscriptions } = await documents.update(name, extended, expectedRevision);
      return subscriptions.find((each) => isSame(each, wanted))!;
    },
    async unsubscribe(name, subscriptionId, expectedRevision) {
      found(name);
      let removed = false;
      const shortened = (current: TopicDocument | undefined): TopicDocument => {
        if (current === undefined) throw new Problem('not_found', `the topic "${name}" was removed meanwhile`);
        const subscriptions = current.subscriptions.filter(({ id }) => id !== subscriptionId);
        removed = subscriptions.length < current.subscriptions.length;
        return { ...current, subscriptions };
      };
      await documents.update(name, shortened, expectedRevision);
      return removed;
    },
    async publish(name, events) {
      const { parts, committed } = await prepare(name, events);
      // Without leases and revisions among its parts, a commit holds.
      if (parts.length > 0) await store.commit(parts);
      committed();
    },
    prepare,
    attach(name, subscriber) {
      const subscribers = attached.get(name) ?? new Set();
      attached.set(name, subscribers.add(subscriber));
      return () => {
        subscribers.delete(subscriber);
        if (subscribers.size === 0 && attached.get(name) === subscribers) attached.delete(name);
      };
    },
    watch: (onChange) => watchers.watch(onChange),
    close() {
      watchers.close();
      documents.close();
    },
  };
}

function isSame(one: Subscription, other: Subscription): boolean {
  return one.destination === other.destination && JSON.stringify(one.filter) === JSON.stringify(other.filter);
}
