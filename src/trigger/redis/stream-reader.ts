import { hostname } from 'node:os';
import { handOver } from '../hand-over.ts';
import { keepConnected } from '../keep-connected.ts';
import type { RunningSource, SourceContext, SourceEvent } from '../trigger-type.ts';
import { ASK_EVERY_MS, connectTo, isRefusal } from './connection.ts';
import { type Entry, eventOf, fieldValue } from './entry-event.ts';
import { compareIds, GroupMember } from './group.ts';
import type { RedisOptions } from './options.ts';

const MOST_BETWEEN_CLAIMS_MS = 30_000;

/**
 * Reads a stream as a consumer of a group. Entries are acknowledged together when they are on disk; what was read and not
 * acknowledged is read again by the connection that follows, or taken over by another consumer of the group.
 */
export function readStream(context: SourceContext<RedisOptions>): Promise<RunningSource> {
  const { options, trigger } = context;
  const names = { group: options.group || `fob-${trigger.name}`, consumer: options.consumer || hostname() };
  let lastSeen: string | undefined;

  const session = async (running: () => void): Promise<void> => {
    const { redis, over } = await connectTo(context);
    const ending = AbortSignal.any([context.signal, over]);
    try {
      const member = new GroupMember(redis, options, names);
      lastSeen = await member.join(lastSeen);
      if (!ending.aborted) running();
      await readAll(context, member, ending, (id) => {
        if (lastSeen === undefined || compareIds(id, lastSeen) > 0) lastSeen = id;
      });
      if (over.aborted && !context.signal.aborted) throw over.reason;
    } catch (error) {
      throw over.aborted ? over.reason : error;
    } finally {
      redis.disconnect();
    }
  };
  return keepConnected(context, { session, isRefusal });
}

async function readAll(
  context: SourceContext<RedisOptions>,
  member: GroupMember,
  ending: AbortSignal,
  seen: (id: string) => void,
): Promise<void> {
  const { options, clock } = context;
  const betweenClaimsMs = Math.min(options.claimAfterMs / 2, MOST_BETWEEN_CLAIMS_MS);
  for (let after = '0'; !ending.aborted; ) {
    const entries = await member.unfinished(after);
    if (entries.length === 0) break;
    if (!(await take(context, member, entries, ending))) return;
    after = entries.at(-1)!.id;
  }
  let claimAtMs = clock.monotonicMs();
  while (!ending.aborted) {
    if (clock.monotonicMs() >= claimAtMs) {
      await claimAll(context, member, ending);
      claimAtMs = clock.monotonicMs() + betweenClaimsMs;
    }
    const blockMs = Math.ceil(Math.max(1, Math.min(ASK_EVERY_MS, claimAtMs - clock.monotonicMs())));
    // Entries that come in this very moment stay with us, unfinished.
    const entries = await unlessAborted(member.next(blockMs), ending);
    if (entries === undefined) return;
    if (!(await take(context, member, entries, ending))) return;
    for (const { id } of entries) seen(id);
  }
}

async function claimAll(context: SourceContext<RedisOptions>, member: GroupMember, ending: AbortSignal): Promise<void> {
  let from = '0-0';
  do {
    const { entries, next } = await member.claim(from);
    if (!(await take(context, member, entries, ending))) return;
    from = next;
  } while (from !== '0-0' && !ending.aborted);
}

/** Hands entries on and acknowledges them; false where it is to end. */
async function take(
  context: SourceContext<RedisOptions>,
  member: GroupMember,
  entries: readonly Entry[],
  ending: AbortSignal,
): Promise<boolean> {
  const { options, trigger } = context;
  const events: SourceEvent[] = [];
  for (const entry of entries) {
    if (entry.fields.length === 0) continue;
    if (options.field === '' || fieldValue(entry.fields, options.field) !== undefined) {
      events.push({ event: eventOf(trigger.name, options.subject, entry, options.field) });
    } else {
      const event = eventOf(trigger.name, options.subject, entry, '');
      await context.quarantine(event, `the entry has no field "${options.field}"`);
    }
  }
  if (!(await handOver(context, events, ending))) return false;
  await member.acknowledge(entries.map(({ id }) => id));
  return true;
}

/** What `work` resolves to, or nothing where `signal` aborts before. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
