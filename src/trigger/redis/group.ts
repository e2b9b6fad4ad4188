import type { Redis } from 'ioredis';
import { messageOf } from '../../model/problem.ts';
import type { Entry } from './entry-event.ts';
import type { RedisOptions } from './options.ts';

const BEFORE_ALL = '0-0';

/** A consumer in its group: the commands that a reader of a stream gives. */
export class GroupMember {
  private readonly redis: Redis;
  private readonly options: RedisOptions;
  private readonly group: string;
  private readonly consumer: string;

  constructor(redis: Redis, options: RedisOptions, names: { group: string; consumer: string }) {
    this.redis = redis;
    this.options = options;
    this.group = names.group;
    this.consumer = names.consumer;
  }

  /**
   * Makes the group where there is none, and the stream with it. A group that was there once goes on after `lastSeen`; where
   * the stream itself is another one since, with its beginning. Returns after which entry the group goes on.
   */
  async join(lastSeen: string | undefined): Promise<string> {
    const { redis, group, options } = this;
    const begin = lastSeen === undefined ? options.from : (await this.isPast(lastSeen)) ? lastSeen : 'beginning';
    const from = begin === 'new' ? '$' : begin === 'beginning' ? BEFORE_ALL : begin;
    await redis.xgroup('CREATE', options.subject, group, from, 'MKSTREAM').catch((error: unknown) => {
      if (!messageOf(error).startsWith('BUSYGROUP')) throw error;
    });
    const groups = (await redis.xinfo('GROUPS', options.subject)) as unknown[][];
    const own = groups.map(pairs).find((each) => each.get('name') === group);
    return String(own?.get('last-delivered-id') ?? BEFORE_ALL);
  }

  /** Entries that nobody in the group has; waits for them for `blockMs`. */
  async next(blockMs: number): Promise<Entry[]> {
    const { group, consumer, options } = this;
    const reply = await this.redis.xreadgroupBuffer(
      'GROUP',
      group,
      consumer,
      'COUNT',
      options.count,
      'BLOCK',
      blockMs,
      'STREAMS',
      options.subject,
      '>',
    );
    return entriesOfReply(reply);
  }

  /** Entries that we got in former times and did not acknowledge, after this id. */
  async unfinished(after: string): Promise<Entry[]> {
    const { group, consumer, options } = this;
    const reply = await this.redis.xreadgroupBuffer(
      'GROUP',
      group,
      consumer,
      'COUNT',
      options.count,
      'STREAMS',
      options.subject,
      after,
    );
    return entriesOfReply(reply);
  }

  /** Takes over what others have held for too long, and says where to look on; `0-0` is the end. */
  async claim(from: string): Promise<{ entries: Entry[]; next: string }> {
    const { group, consumer, options } = this;
    const [next, entries] = (await this.redis.callBuffer(
      'XAUTOCLAIM',
      options.subject,
      group,
      consumer,
      options.claimAfterMs,
      from,
      'COUNT',
      options.count,
    )) as [Buffer, RawEntry[]];
    return { entries: entries.flatMap(entryOf), next: String(next) };
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.redis.xack(this.options.subject, this.group, ...ids);
  }

  /** Whether the stream has come so far; one that was emptied as a whole begins anew. */
  private async isPast(id: string): Promise<boolean> {
    try {
      const info = pairs((await this.redis.xinfo('STREAM', this.options.subject)) as unknown[]);
      return compareIds(String(info.get('last-generated-id')), id) >= 0;
    } catch (error) {
      if (/no such key/i.test(messageOf(error))) return false;
      throw error;
    }
  }
}

type RawEntry = [id: Buffer, fields: Buffer[] | null] | null;

function entriesOfReply(reply: unknown): Entry[] {
  const streams = (reply ?? []) as [Buffer, RawEntry[]][];
  return streams.flatMap(([, entries]) => entries.flatMap(entryOf));
}

/** One that was deleted from the stream while it was unfinished has no fields any more. */
function entryOf(raw: RawEntry): Entry[] {
  return raw === null ? [] : [{ id: String(raw[0]), fields: raw[1] ?? [] }];
}

function pairs(flat: readonly unknown[]): Map<string, unknown> {
  return new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[String(name), flat[at + 1]] as const] : [])));
}

/** Ids are `<milliseconds>-<number>`. */
export function compareIds(a: string, b: string): number {
  const [aTime = 0n, aNumber = 0n] = a.split('-').map(BigInt);
  const [bTime = 0n, bNumber = 0n] = b.split('-').map(BigInt);
  const difference = aTime - bTime || aNumber - bNumber;
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
