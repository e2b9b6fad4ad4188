import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { backOffMs } from '../../model/pause.ts';
import { messageOf } from '../../model/problem.ts';
import type { Buckets, ObjectChange } from '../../service/bucket/buckets.ts';
import type { Prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { LocalSourceContext, SourceEvent } from '../trigger-type.ts';

const SPACE = 'cursor';
/** No name of a trigger has a slash. */
const KEY = 'bucket/changes';
const PAGE = 500;
const BACK_OFF = { firstMs: 1_000, maxMs: 30_000 };

/** A trigger that hears of changes. */
interface Listener {
  wants(change: ObjectChange): boolean;
  eventOf(change: ObjectChange): SourceEvent;
  readonly context: Pick<LocalSourceContext<unknown>, 'prepare' | 'prepareQuarantine' | 'report'>;
}

/**
 * Reads what happened in all buckets, in order, and hands it to whoever wants it: one commit holds a page's events for all
 * listeners and how far was read. What was read is then forgotten, also where nobody wanted it.
 */
export class ChangeReader {
  private readonly buckets: Pick<Buckets, 'changes' | 'forgetChanges' | 'watch'>;
  private readonly store: Pick<Store, 'keyValue' | 'commit'>;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly listeners = new Set<Listener>();
  private unwatch = (): void => {};
  private cancelRetry = (): void => {};
  private reading: Promise<void> | undefined;
  private woken = false;
  private closed = false;
  /** One after the other, until a page was read. */
  private failures = 0;

  constructor(
    buckets: Pick<Buckets, 'changes' | 'forgetChanges' | 'watch'>,
    host: { store: Pick<Store, 'keyValue' | 'commit'>; clock: Clock; log: Logger },
  ) {
    this.buckets = buckets;
    this.store = host.store;
    this.clock = host.clock;
    this.log = host.log;
  }

  /** The returned function ends it, and resolves when nothing is being handed over any more. */
  join(listener: Listener): () => Promise<void> {
    this.listeners.add(listener);
    return async () => {
      this.listeners.delete(listener);
      await this.reading;
    };
  }

  /** Begins to read; whoever was listening when the node stopped must listen again by now. */
  start(): void {
    this.unwatch = this.buckets.watch(() => this.wake());
    this.wake();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.unwatch();
    this.cancelRetry();
    await this.reading;
  }

  private wake(): void {
    this.woken = true;
    if (this.closed) return;
    this.reading ??= this.readAll().finally(() => {
      this.reading = undefined;
      if (this.woken && this.failures === 0) this.wake();
    });
  }

  private async readAll(): Promise<void> {
    this.woken = false;
    try {
      while (!this.closed && (await this.readPage()));
      this.failures = 0;
    } catch (error) {
      if (this.closed) return;
      for (const { context } of this.listeners) context.report('failed', messageOf(error));
      this.log.warn({ err: error }, 'changes of buckets could not be handed on; trying again');
      this.cancelRetry = this.clock.after(backOffMs(this.failures++, BACK_OFF), () => this.wake());
    }
  }

  /** False where there is nothing more. */
  private async readPage(): Promise<boolean> {
    const entry = await this.store.keyValue.get(SPACE, KEY);
    const place = entry === undefined ? 0 : Number(entry.value.toString());
    const changes = await this.buckets.changes(place, PAGE);
    const last = changes.at(-1);
    if (last === undefined) return false;
    const prepared = [...this.listeners].flatMap((listener) => handOver(listener, changes) ?? []);
    const done = await this.store.commit([
      ...prepared.flatMap(({ parts }) => parts),
      {
        kind: 'put',
        space: SPACE,
        key: KEY,
        value: Buffer.from(String(last.sequence)),
        options: { expectedRevision: entry?.revision ?? 0 },
      },
    ]);
    // Where another node was quicker, its place is read next.
    if (!done) return true;
    for (const { committed } of prepared) committed();
    if (this.failures > 0) for (const { context } of this.listeners) context.report('running');
    await this.buckets.forgetChanges(last.sequence);
    return changes.length === PAGE;
  }
}

/** What one listener gets of a page. One that cannot take it keeps no other from it: its events wait among the dead. */
function handOver({ wants, eventOf, context }: Listener, changes: readonly ObjectChange[]): Prepared | undefined {
  const events = changes.filter(wants).map(eventOf);
  if (events.length === 0) return undefined;
  try {
    return context.prepare(events);
  } catch (error) {
    context.report('failed', messageOf(error));
    return context.prepareQuarantine(
      events.map(({ event }) => event),
      messageOf(error),
    );
  }
}
