import type { Logger } from 'pino';
import type { Notification } from '../../model/alert.ts';
import type { Clock } from '../../model/clock.ts';
import { pause } from '../../model/pause.ts';
import { messageOf } from '../../model/problem.ts';
import type { LeasedMessage, Queue } from '../../store/queue.ts';
import { deliver } from './channel-kinds.ts';
import type { Channels } from './channels.ts';
import type { Attempt, Carriers } from './ports.ts';

const QUEUE = 'alert/notification';
const LEASE_MS = 180_000;
const WAIT_MS = 20_000;
const MAX_RUNNING = 32;
/** A receiver that hangs has so many at once at most; its others wait on the disk meanwhile, so that those of other channels go. */
const MAX_OF_CHANNEL = 4;
const BUSY_MS = 1_000;
const FIRST_DELAY_MS = 2_000;
const MAX_DELAY_MS = 1_800_000;
const MAX_AGE_MS = 86_400_000;
const PAUSE_MS = 1_000;

interface CourierOptions {
  readonly queue: Queue;
  readonly channels: Channels;
  readonly carriers: Carriers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Delivers notifications by channels, at least once each, with growing pauses for up to a day; what waits survives a restart. */
export class Courier {
  private readonly options: CourierOptions;
  private readonly closing = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private readonly ofChannel = new Map<string, number>();
  private loop: Promise<void> | undefined;

  constructor(options: CourierOptions) {
    this.options = options;
  }

  /** Resolves when they are on disk. A second message with the same id to the same channel is none. */
  async send(messages: readonly { channel: string; notification: Notification }[]): Promise<void> {
    if (messages.length === 0) return;
    await this.options.queue.sendBatch(
      QUEUE,
      messages.map(({ channel, notification }) => ({
        body: Buffer.from(JSON.stringify(notification)),
        attributes: { channel },
        deduplicationId: `${channel}/${notification.id}`,
      })),
    );
    for (const { channel } of messages) this.count(channel, 1);
  }

  start(): void {
    this.loop ??= this.serve();
  }

  /** One attempt, at once. */
  async attempt(channel: string, notification: Notification): Promise<Attempt> {
    const { channels, carriers, clock } = this.options;
    const found = channels.open(channel);
    if (found === undefined) return { done: false, final: true, message: 'the channel is gone' };
    const result = await deliver(found, notification, carriers, clock.now(), this.closing.signal);
    if (!this.closing.signal.aborted)
      await channels.attempted(channel, result.done ? undefined : result.message, clock.now());
    return result;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.loop;
    await Promise.all(this.running);
  }

  private count(channel: string, by: number): void {
    const { waiting } = this.options.channels;
    waiting.set(channel, Math.max(0, (waiting.get(channel) ?? 0) + by));
  }

  private async serve(): Promise<void> {
    const { queue, clock, log } = this.options;
    const { signal } = this.closing;
    await this.countWaiting();
    while (!signal.aborted) {
      try {
        const max = MAX_RUNNING - this.running.size;
        if (max === 0) await Promise.race(this.running);
        else
          for (const message of await queue.receive(QUEUE, { max, leaseMs: LEASE_MS, waitMs: WAIT_MS, signal }))
            this.follow(message);
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error }, 'notifications cannot be read; trying again');
        await pause(clock, PAUSE_MS, signal);
      }
    }
  }

  private attempted(channel: string): void {
    const left = this.ofChannel.get(channel)! - 1;
    if (left > 0) this.ofChannel.set(channel, left);
    else this.ofChannel.delete(channel);
  }

  /** What was not delivered before the node ended. */
  private async countWaiting(): Promise<void> {
    try {
      const { items } = await this.options.queue.list(QUEUE, { limit: 1_000 });
      for (const { attributes } of items) this.count(attributes.channel ?? '', 1);
    } catch (error) {
      this.options.log.error({ err: error }, 'notifications that wait cannot be counted');
    }
  }

  private follow(message: LeasedMessage): void {
    const settled = this.run(message)
      // Its lease runs out, and it is tried again then.
      .catch((error: unknown) => this.options.log.error({ err: error }, 'a notification could not be finished'))
      .finally(() => this.running.delete(settled));
    this.running.add(settled);
  }

  private async run({ lease, body, attributes, sentAtMs }: LeasedMessage): Promise<void> {
    const { queue, log, clock } = this.options;
    const channel = attributes.channel ?? '';
    const before = this.ofChannel.get(channel) ?? 0;
    if (before >= MAX_OF_CHANNEL) {
      await queue.retry(lease, BUSY_MS);
      return;
    }
    this.ofChannel.set(channel, before + 1);
    const result = await this.attempt(channel, JSON.parse(body.toString()) as Notification)
      .catch((error: unknown): Attempt => ({ done: false, message: messageOf(error) }))
      .finally(() => this.attempted(channel));
    if (result.done) {
      await queue.acknowledge(lease);
      this.count(channel, -1);
      return;
    }
    // What is cut off by the end of the node is no failure of its receiver.
    if (this.closing.signal.aborted) {
      await queue.retry(lease, 0);
      return;
    }
    const ageMs = clock.now() - sentAtMs;
    if (result.final === true || ageMs >= MAX_AGE_MS) {
      log.error({ channel, why: result.message }, 'a notification was given up');
      await queue.acknowledge(lease);
      this.count(channel, -1);
      return;
    }
    // Each pause is about as long as all before it together.
    const delayMs = Math.min(Math.max(ageMs, FIRST_DELAY_MS), MAX_DELAY_MS);
    await queue.retry(lease, result.retryAfterMs ?? delayMs);
  }
}
