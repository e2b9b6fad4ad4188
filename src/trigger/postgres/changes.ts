import type { ClientConfig } from 'pg';
import type { Pgoutput } from 'pg-logical-replication';
import { handOver } from '../hand-over.ts';
import { keepConnected } from '../keep-connected.ts';
import type { RunningSource, SourceContext, SourceEvent } from '../trigger-type.ts';
import { isRefusal, settingsOf, withClient } from './connection.ts';
import { formatLsn, type Lsn, parseLsn } from './lsn.ts';
import type { PostgresOptions } from './options.ts';
import { endOf, ReplicationStream } from './replication-stream.ts';
import { changeEvents, type Transaction } from './row-change.ts';
import { type Feed, setUpFeed } from './set-up.ts';

const MAX_BATCH = 1_000;
const MAX_BATCH_BYTES = 8 * 1_024 * 1_024;

/**
 * Follows the changes of tables by logical replication. A transaction is confirmed to the server only after its changes were
 * accepted; what was not confirmed comes again, with the same ids.
 */
export function followChanges(context: SourceContext<PostgresOptions>): Promise<RunningSource> {
  const { trigger, options } = context;
  const config = settingsOf(trigger.name, options);
  const session = async (running: () => void): Promise<void> => {
    const feed = await withClient(config, (client) => setUpFeed(client, trigger.name, options));
    // The protocol of replication is a setting of the connection that the types do not know.
    const replicating = { ...config, replication: 'database' } as ClientConfig;
    await withClient(replicating, async (client) => {
      const stream = await ReplicationStream.open(client, feed);
      running();
      await remember(context, feed);
      const stop = (): void => stream.close();
      context.signal.addEventListener('abort', stop, { once: true });
      try {
        if (context.signal.aborted) return;
        await acceptAll(context, stream);
        if (!context.signal.aborted) throw new Error(`the server ended the replication from ${options.url}`);
      } finally {
        context.signal.removeEventListener('abort', stop);
        await stream.end();
      }
    });
  };
  return keepConnected(context, { session, isRefusal });
}

/** A slot that was there and is gone means changes that nobody will ever see: that is said. */
async function remember({ cursor, report, log }: SourceContext<PostgresOptions>, feed: Feed): Promise<void> {
  if (!feed.isNew) return;
  const before = (await cursor.load()) as { slot?: string } | undefined;
  if (before?.slot === feed.slot) {
    const message = `the replication slot ${feed.slot} was gone and was made anew: changes since then are missing`;
    log.warn({ slot: feed.slot }, message);
    report('running', message);
  }
  await cursor.save({ slot: feed.slot });
}

/** Accepts transaction after transaction, several at once where they come fast, until the stream is closed. */
async function acceptAll(context: SourceContext<PostgresOptions>, stream: ReplicationStream): Promise<void> {
  let batch: SourceEvent[] = [];
  let bytes = 0;
  /** End of the last transaction that is in the batch as a whole. */
  let complete: Lsn | undefined;
  let transaction: Transaction | undefined;
  let count = 0;
  for (;;) {
    const arrival = await stream.next(batch.length === 0 && transaction === undefined);
    if (arrival === undefined) return;
    const { message } = arrival;
    if (message.tag === 'begin') {
      transaction = transactionOf(message);
      count = 0;
    } else if (message.tag === 'commit') {
      transaction = undefined;
      complete = endOf(message);
    } else if (isRowChange(message) && transaction !== undefined) {
      const events = changeEvents(context.trigger.name, message, transaction, count);
      batch.push(...events.map((event) => ({ event })));
      count += events.length;
      bytes += arrival.bytes;
    }
    const isFull = batch.length >= MAX_BATCH || bytes >= MAX_BATCH_BYTES;
    if (isFull || (transaction === undefined && !stream.hasMore)) {
      if (!(await handOver(context, batch, context.signal))) return;
      if (complete !== undefined) stream.confirm(complete);
      [batch, bytes, complete] = [[], 0, undefined];
    }
  }
}

function transactionOf({ commitLsn, commitTime, xid }: Pgoutput.MessageBegin): Transaction {
  const micros = commitTime as bigint;
  return { lsn: formatLsn(parseLsn(commitLsn ?? '0/0')), xid, committedAtMs: Number(micros / 1_000n) };
}

type RowChange = Parameters<typeof changeEvents>[1];

function isRowChange(message: Pgoutput.Message): message is RowChange {
  return ['insert', 'update', 'delete', 'truncate'].includes(message.tag);
}
