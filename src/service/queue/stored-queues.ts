import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';
import type { CommitPart } from '../../store/commit.ts';
import { Documents } from '../../store/documents.ts';
import type { LeasedMessage, NewMessage } from '../../store/queue.ts';
import type { Store } from '../../store/store.ts';
import { below } from '../../store/watchers.ts';
import { removeOld } from '../remove-old.ts';
import { checkForeignAttributes, storableMessages, withCause } from './new-messages.ts';
import { changedSettings, checkQueueName } from './queue-settings.ts';
import type { QueueCounts, QueueSettings, Queues, QueueView, ReceivedMessage } from './queues.ts';
import { openReceipts } from './receipts.ts';
import { moveBack, withOrigin } from './redrive.ts';

const PREFIX = 'queue/';
const MAX_QUEUES = 10_000;
const MAX_RECEIVED = 1_000;
const MAX_WAIT_MS = 20_000;
const MAX_VISIBILITY_MS = 43_200_000;

interface QueueDocument {
  readonly createdAt: string;
  readonly settings: QueueSettings;
}

interface QueuesOptions {
  readonly store: Pick<Store, 'registry' | 'queue' | 'audit' | 'commit'>;
  readonly clock: Clock;
}

/** Opens the queues over a store: settings are documents `queue/<name>` of the registry, messages lie in the store's queue of the same name. */
export async function openQueues({ store, clock }: QueuesOptions): Promise<Queues & { close(): void }> {
  const documents = await Documents.open<QueueDocument>(store.registry, PREFIX);
  const receipts = await openReceipts(store.registry);
  const counted = new Map<string, { -readonly [K in keyof QueueCounts]: number }>();

  const countsOf = (name: string) => {
    const counts = counted.get(name) ?? { sent: 0, received: 0, deleted: 0, deadLettered: 0, expired: 0 };
    counted.set(name, counts);
    return counts;
  };
  const found = (name: string): QueueDocument => {
    const document = documents.find(name);
    if (document !== undefined) return document;
    throw new Problem('not_found', `there is no queue "${name.slice(0, 100)}"; create it first`);
  };
  const viewOf = (name: string, { createdAt, settings }: QueueDocument): QueueView => ({
    name,
    revision: documents.revisionOf(name),
    createdAt,
    settings,
    counts: { ...countsOf(name) },
  });
  const checkDeadLetter = (name: string, { deadLetter, fifo }: QueueSettings): void => {
    if (deadLetter === undefined) return;
    const target = documents.find(deadLetter.queue)?.settings;
    if (target === undefined) {
      throw new Problem('not_found', `the dead-letter queue "${deadLetter.queue}" does not exist; create it first`);
    }
    if (deadLetter.queue === name) throw new Problem('invalid_request', 'a queue cannot be its own dead-letter queue');
    if (target.fifo !== fifo) {
      throw new Problem('invalid_request', "a FIFO queue's dead-letter queue is a FIFO queue, a standard one's is not");
    }
  };

  /** False where somebody else has the message by now. */
  const moveToDead = (name: string, deadLetterQueue: string, message: LeasedMessage): Promise<boolean> =>
    store.commit([
      { kind: 'acknowledge', lease: message.lease },
      { kind: 'send', queue: PREFIX + deadLetterQueue, message: withOrigin(name, message) },
    ]);

  /** Those that may be received again; the others are moved. */
  const withoutDead = async (name: string, messages: readonly LeasedMessage[]): Promise<LeasedMessage[]> => {
    const deadLetter = documents.find(name)?.settings.deadLetter;
    if (deadLetter === undefined || documents.find(deadLetter.queue) === undefined) return [...messages];
    const isDead = (message: LeasedMessage) => message.attempt > deadLetter.maxReceives;
    const moved = await Promise.all(
      messages.filter(isDead).map((message) => moveToDead(name, deadLetter.queue, message)),
    );
    countsOf(name).deadLettered += moved.filter(Boolean).length;
    return messages.filter((message) => !isDead(message));
  };

  const prepare = (name: string, messages: readonly NewMessage[]): CommitPart[] =>
    storableMessages(name, found(name).settings, messages).map((message) => ({
      kind: 'send',
      queue: PREFIX + name,
      message,
    }));

  return {
    async create(name, change = {}, expectedRevision) {
      checkQueueName(name);
      if (documents.find(name) === undefined && documents.list().length >= MAX_QUEUES) {
        throw new Problem('invalid_request', `there are ${MAX_QUEUES} queues already; remove some first`);
      }
      const changed = (current: QueueDocument | undefined): QueueDocument => {
        const settings = changedSettings(name, current?.settings, change);
        checkDeadLetter(name, settings);
        return { createdAt: current?.createdAt ?? new Date(clock.now()).toISOString(), settings };
      };
      const document = await documents.update(name, changed, expectedRevision);
      return viewOf(name, document);
    },
    async find(name) {
      const document = documents.find(name);
      return document && viewOf(name, document);
    },
    list: async () => documents.list().map(([name, document]) => viewOf(name, document)),
    async remove(name, expectedRevision) {
      const user = documents.list().find(([, { settings }]) => settings.deadLetter?.queue === name)?.[0];
      if (user !== undefined) {
        throw new Problem('conflict', `"${name}" is the dead-letter queue of "${user}"; change that one first`);
      }
      const removed = await documents.remove(name, expectedRevision);
      // Where a crash comes between, `expire` removes the messages.
      if (removed) await store.queue.purge(PREFIX + name);
      counted.delete(name);
      return removed;
    },
    async send(name, messages, cause = {}) {
      const { settings } = found(name);
      checkForeignAttributes(messages);
      const sent = messages.map((message) => withCause(message, cause));
      const results = await store.queue.sendBatch(PREFIX + name, storableMessages(name, settings, sent));
      countsOf(name).sent += results.filter(({ duplicate }) => !duplicate).length;
      return results;
    },
    prepare,
    async receive(name, { max, waitMs = 0, visibilityMs, signal }) {
      const { settings } = found(name);
      checkRange('number of messages', max, 1, MAX_RECEIVED);
      checkRange('wait in ms', waitMs, 0, MAX_WAIT_MS);
      if (visibilityMs !== undefined) checkRange('visibility in ms', visibilityMs, 0, MAX_VISIBILITY_MS);
      // The store leases for at least a moment.
      const leaseMs = Math.max(1, visibilityMs ?? settings.visibilityMs);
      const endMs = clock.monotonicMs() + waitMs;
      for (;;) {
        const leftMs = Math.max(0, endMs - clock.monotonicMs());
        const leased = await store.queue.receive(PREFIX + name, {
          max,
          leaseMs,
          waitMs: leftMs,
          ...(signal !== undefined && { signal }),
        });
        const messages = await withoutDead(name, leased);
        if (messages.length === 0 && leased.length > 0) continue;
        countsOf(name).received += messages.length;
        return messages.map(
          ({ lease, ...message }): ReceivedMessage => ({ ...message, receipt: receipts.issue(lease) }),
        );
      }
    },
    async delete(name, receipt) {
      found(name);
      const lease = receipts.read(PREFIX + name, receipt);
      const deleted = lease !== undefined && (await store.queue.acknowledge(lease));
      if (deleted) countsOf(name).deleted += 1;
      return deleted;
    },
    async changeVisibility(name, receipt, visibilityMs) {
      found(name);
      checkRange('visibility in ms', visibilityMs, 0, MAX_VISIBILITY_MS);
      const lease = receipts.read(PREFIX + name, receipt);
      if (lease === undefined) return false;
      return visibilityMs === 0 ? store.queue.retry(lease, 0) : store.queue.extend(lease, visibilityMs);
    },
    async peek(name, options) {
      found(name);
      return store.queue.list(PREFIX + name, options);
    },
    async purge(name) {
      found(name);
      return store.queue.purge(PREFIX + name);
    },
    async redrive(name, { to, ...pace }) {
      found(name);
      if (to !== undefined) found(to);
      if (to === name) throw new Problem('invalid_request', 'messages cannot be moved to the queue that they are in');
      checkRange('rate per second', pace.ratePerSecond, 0.01, 10_000);
      return moveBack({
        store,
        clock,
        queue: PREFIX + name,
        ...pace,
        target(message, origin) {
          const queue = to ?? origin;
          const settings = queue === undefined || queue === name ? undefined : documents.find(queue)?.settings;
          return (
            settings && {
              queue: PREFIX + queue,
              group: settings.fifo ? (message.group ?? message.messageId) : undefined,
            }
          );
        },
      });
    },
    async stats(name) {
      found(name);
      return store.queue.stats(PREFIX + name);
    },
    watch: (onChange) => store.queue.watch(below(PREFIX, onChange)),
    async expire() {
      let expired = 0;
      for (const [name, { settings }] of documents.list()) {
        const { removed, oldestAgeMs } = await removeOld(store.queue, PREFIX + name, clock.now(), settings.retentionMs);
        if (removed === 0) continue;
        expired += removed;
        countsOf(name).expired += removed;
        const details = { messages: removed, oldestAgeMs, retentionMs: settings.retentionMs };
        store.audit.append({
          timeMs: clock.now(),
          actor: 'fob',
          action: 'queue.expire',
          subject: PREFIX + name,
          details,
        });
      }
      for (const queue of await store.queue.queues()) {
        // A queue that was removed just before a crash, or while somebody sent to it.
        if (queue.startsWith(PREFIX) && (await store.registry.get(queue)) === undefined) await store.queue.purge(queue);
      }
      return expired;
    },
    close: () => documents.close(),
  };
}

function checkRange(what: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new Problem('invalid_request', `the ${what} must be ${least} to ${most}, not ${value}`);
}
