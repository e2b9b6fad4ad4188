import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client } from 'pg';
import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication';
import { type Lsn, parseLsn } from './lsn.ts';
import type { Feed } from './set-up.ts';
import { parserOf } from './values.ts';

/** The server ends a connection that says nothing for a minute. */
const STATUS_EVERY_MS = 10_000;
const END_WITHIN_MS = 2_000;
/** Beyond, the server is made to wait. */
const MAX_WAITING = 4_096;
const MAX_WAITING_BYTES = 16 * 1_024 * 1_024;
/** Microseconds from 1970 to 2000, where PostgreSQL's time begins. */
const EPOCH_MICROS = 946_684_800_000_000n;

const XLOG_DATA = 0x77;
const XLOG_HEADER_BYTES = 25;
const KEEPALIVE = 0x6b;
const STATUS = 0x72;
const STATUS_BYTES = 34;

export interface Arrival {
  readonly message: Pgoutput.Message;
  readonly bytes: number;
}

/** The part of pg's connection that replication needs, which its types leave out. */
interface CopyConnection extends NodeJS.EventEmitter {
  readonly stream: Duplex;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * What a replication slot sends. Only what was confirmed is ever told to the server as received, so that it gives the rest again
 * to the connection that follows; and it hears so regularly, however long a confirmation takes.
 */
export class ReplicationStream {
  private readonly connection: CopyConnection;
  private readonly plugin: PgoutputPlugin;
  private readonly ended: Promise<void>;
  private readonly status: NodeJS.Timeout;
  private waiting: Arrival[] = [];
  private waitingBytes = 0;
  private isClosed = false;
  private isOver = false;
  private isSettled = true;
  private failure: unknown;
  private confirmed: Lsn = 0n;
  private change = Promise.withResolvers<void>();

  /** `client` is connected for replication. Resolves when the server begins to send. */
  static async open(client: Client, feed: Feed): Promise<ReplicationStream> {
    const stream = new ReplicationStream(client, feed);
    const begun = once(stream.connection, 'replicationStart');
    begun.catch(() => {});
    await Promise.race([begun, stream.ended]);
    if (stream.failure !== undefined) throw stream.failure;
    return stream;
  }

  private constructor(client: Client, { publication, slot }: Feed) {
    this.connection = (client as unknown as { connection: CopyConnection }).connection;
    this.plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [`"${publication.replaceAll('"', '""')}"`] });
    this.connection.on('copyData', ({ chunk }: { chunk: Buffer }) => this.arrive(chunk));
    this.status = setInterval(() => this.sendStatus(), STATUS_EVERY_MS);
    // From where the slot was confirmed last, which the server knows itself.
    this.ended = this.plugin.start(client, slot, '0/0').then(
      () => this.over(),
      (error: unknown) => this.over(error),
    );
  }

  /** Whether something can be had without waiting. */
  get hasMore(): boolean {
    return this.waiting.length > 0;
  }

  /**
   * The next message; `undefined` when the stream was closed. `isSettled`: all that was taken before is confirmed, so that what
   * the server says it has passed by is too. Rejects when the connection was lost.
   */
  async next(isSettled: boolean): Promise<Arrival | undefined> {
    this.isSettled = isSettled;
    while (this.waiting.length === 0 && !this.isClosed) {
      this.change = Promise.withResolvers();
      await this.change.promise;
    }
    this.isSettled = false;
    if (this.isClosed) {
      if (this.failure !== undefined) throw this.failure;
      return undefined;
    }
    const arrival = this.waiting.shift()!;
    this.waitingBytes -= arrival.bytes;
    if (this.waiting.length === 0) this.connection.stream.resume();
    return arrival;
  }

  /** All before this position is on disk: the server need not keep it. */
  confirm(position: Lsn): void {
    if (position > this.confirmed) this.confirmed = position;
    this.sendStatus();
  }

  /** Takes nothing more; what was not confirmed comes again. */
  close(error?: unknown): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.failure = error;
    this.change.resolve();
  }

  /** Closes, and says good-bye to the server, so that the slot is free at once. */
  async end(): Promise<void> {
    this.close();
    this.sendStatus();
    if (!this.isOver) this.connection.endCopyFrom();
    this.connection.stream.resume();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, END_WITHIN_MS);
    });
    await Promise.race([this.ended, late]);
    clearTimeout(timer);
    clearInterval(this.status);
  }

  private over(error?: unknown): void {
    this.isOver = true;
    clearInterval(this.status);
    this.close(error);
  }

  private arrive(chunk: Buffer): void {
    if (this.isClosed) return;
    if (chunk[0] === KEEPALIVE) {
      const [position, wantsAnswer] = [chunk.readBigUInt64BE(1), chunk[17] === 1];
      if (this.isSettled && this.waiting.length === 0 && position > this.confirmed) this.confirmed = position;
      if (wantsAnswer) this.sendStatus();
    } else if (chunk[0] === XLOG_DATA) {
      try {
        this.put({ message: this.parse(chunk.subarray(XLOG_HEADER_BYTES)), bytes: chunk.length });
      } catch (error) {
        this.close(error);
      }
    }
  }

  private parse(data: Buffer): Pgoutput.Message {
    const message = this.plugin.parse(data);
    if (message.tag === 'relation') for (const column of message.columns) column.parser = parserOf(column.typeOid);
    return message;
  }

  private put(arrival: Arrival): void {
    this.waiting.push(arrival);
    this.waitingBytes += arrival.bytes;
    if (this.waiting.length >= MAX_WAITING || this.waitingBytes >= MAX_WAITING_BYTES) this.connection.stream.pause();
    this.change.resolve();
  }

  private sendStatus(): void {
    if (this.isOver) return;
    const status = Buffer.alloc(STATUS_BYTES);
    status[0] = STATUS;
    // Written, flushed and applied: all three are what is on disk here.
    for (const at of [1, 9, 17]) status.writeBigUInt64BE(this.confirmed, at);
    status.writeBigInt64BE(BigInt(Date.now()) * 1_000n - EPOCH_MICROS, 25);
    this.connection.sendCopyFromChunk(status);
  }
}

/** The position after a transaction. */
export function endOf(commit: Pgoutput.MessageCommit): Lsn {
  return parseLsn(commit.commitEndLsn ?? '0/0');
}
